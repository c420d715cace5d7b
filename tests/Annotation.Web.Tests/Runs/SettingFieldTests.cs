using Annotation.Domain.Runs;
using Annotation.Web.Runs;
using Xunit;

namespace Annotation.Web.Tests.Runs;

public sealed class SettingFieldTests
{
    [Theory]
    [InlineData(RunKind.Base)]
    [InlineData(RunKind.Sft)]
    [InlineData(RunKind.Reward)]
    [InlineData(RunKind.Ppo)]
    public void Every_setting_of_a_training_is_offered_with_its_meaning(RunKind kind)
    {
        var fields = SettingField.For(kind);
        Assert.Contains(fields, field => field.Name == "learningRate");
        Assert.All(fields, field => Assert.NotEmpty(field.Description));
    }

    [Fact]
    public void A_base_models_defaults_are_the_recipe_of_tiny_inherited_ones_included()
    {
        var defaults = SettingField.For(RunKind.Base).ToDictionary(field => field.Name, field => field.Default);
        Assert.Equal(("104", "120000", "Demo"), (defaults["hiddenSize"], defaults["documents"], defaults["corpus"]));
        Assert.Equal(("0.003", "32", "128"), (defaults["learningRate"], defaults["batchSize"], defaults["maxLength"]));
    }
}
