using Annotation.Learning.PolicyGradients;
using Annotation.Learning.Ppo;
using Annotation.Learning.RewardModeling;
using Annotation.Learning.Sft;
using Annotation.Learning.Training;
using Xunit;

namespace Annotation.Learning.Tests.Training;

public sealed class SettingsPairsTests
{
    [Fact]
    public void Names_are_found_in_any_case_and_with_dashes()
    {
        var settings = SettingsPairs.Read<PpoSettings>(
            new Dictionary<string, string>
            {
                ["learning-rate"] = "2e-4",
                ["ROLLOUTSIZE"] = "12",
                ["targetSequenceKl"] = "6",
                ["aggregation"] = "sequence-mean-token-sum",
            }
        );
        Assert.Equal(
            new PpoSettings
            {
                LearningRate = 2e-4,
                RolloutSize = 12,
                TargetSequenceKl = 6,
                Aggregation = TokenAggregation.SequenceMeanTokenSum,
            },
            settings
        );
    }

    [Fact]
    public void An_optional_setting_can_be_switched_off() =>
        Assert.Null(SettingsPairs.Read<PpoSettings>(new Dictionary<string, string> { ["scoreClip"] = "none" }).ScoreClip);

    [Theory]
    [InlineData("LearningRate", "fast")]
    [InlineData("LearningRate", "-1")]
    [InlineData("LearningRate", "NaN")]
    [InlineData("Epochs", "2.5")]
    [InlineData("Epochs", "99999999999")]
    [InlineData("Loss", "hinge")]
    [InlineData("LerningRate", "1e-3")]
    public void A_wrong_name_or_value_is_refused_by_name(string name, string value)
    {
        var refusal = Assert.Throws<InvalidSettingException>(() =>
            SettingsPairs.Read<RewardModelSettings>(new Dictionary<string, string> { [name] = value })
        );
        Assert.Equal(name, refusal.Setting);
        Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_defaults_are_in_range()
    {
        SettingsPairs.Check(new SftSettings());
        SettingsPairs.Check(new RewardModelSettings());
        SettingsPairs.Check(new PpoSettings());
        SettingsPairs.Check(new BaseModelSettings());
    }

    [Fact]
    public void A_hidden_size_that_its_heads_cannot_share_is_refused_by_name()
    {
        var fault = NamedSettings.FindFault(typeof(BaseModelSettings), new Dictionary<string, string> { ["heads"] = "3" });
        Assert.Equal("HiddenSize: 104 cannot be shared by 3 Heads of an even size; choose a multiple of 6.", fault);
        Assert.Null(NamedSettings.FindFault(typeof(BaseModelSettings), new Dictionary<string, string> { ["heads"] = "2" }));
    }
}
