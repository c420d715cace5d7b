using Annotation.Learning.Models;
using Annotation.Learning.PolicyGradients;
using Annotation.Learning.RewardModeling;
using Annotation.Learning.Rewards;
using Annotation.Learning.Tests.RewardModeling;
using Annotation.Learning.Tests.Training;
using Annotation.Learning.Text;
using Annotation.Learning.Text.Templates;
using Xunit;

namespace Annotation.Learning.Tests.Rewards;

/// <summary>A reward model scores rows as it was trained on them, whatever the policy's own end and template are.</summary>
public sealed class RewardModelSourceTests : IDisposable
{
    private const int OtherEnd = 'q';
    private static readonly IReadOnlyList<Message> _prompt = [new("user", "3")];
    private readonly Pretrained _policy = TrainableModels.Create();
    private readonly RewardModel _reward;

    public RewardModelSourceTests() =>
        _reward = new RewardModelTrainer(LetterRankings.Quick with { Epochs = 1 })
            .Train(_policy, LetterRankings.Criteria, LetterRankings.Train, [], ct: TestContext.Current.CancellationToken)
            .Model;

    public void Dispose()
    {
        _reward.Dispose();
        _policy.Dispose();
    }

    [Fact]
    public void Another_end_token_gives_way_to_the_one_it_was_trained_with()
    {
        var policy = _policy with { EndIds = [_policy.Tokenizer.EosId, OtherEnd] };
        var expected = Expected("zab");
        Assert.Equal(expected, Score(policy, policy.Tokenizer.EosId), 1e-6);
        Assert.Equal(expected, Score(policy, OtherEnd), 1e-6);
        // Where it is no end token it is text.
        Assert.NotEqual(expected, Score(_policy, OtherEnd), 1e-6);
    }

    [Fact]
    public void A_policy_of_another_template_is_read_as_text()
    {
        var plain = _policy with { Template = ChatTemplate.Find("plain", _policy.Tokenizer)! };
        Assert.False(plain.Template.HasIdsOf(_policy.Template));
        Assert.True(_policy.Template.HasIdsOf(ChatTemplate.For(_policy.Tokenizer)));
        Assert.Equal(Expected("zab"), Score(plain, plain.Tokenizer.EosId), 1e-6);
    }

    private double Expected(string text) => _reward.Weighted(_reward.Score(_prompt, [text], TestContext.Current.CancellationToken)[0]);

    private double Score(Pretrained policy, int end)
    {
        var rollout = new Rollout(_prompt, [.. policy.Template.EncodePrompt(_prompt)], ['z', 'a', 'b', end], Ended: true, "zab");
        return new RewardModelSource(_reward, policy).Score([rollout], TestContext.Current.CancellationToken)[0];
    }
}
