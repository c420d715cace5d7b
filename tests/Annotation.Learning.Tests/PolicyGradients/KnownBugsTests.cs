using Annotation.Learning.PolicyGradients;
using Annotation.Learning.RewardModeling;
using Annotation.Learning.Sft;
using Annotation.Learning.Tensors;
using Annotation.Learning.Tests.Training;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.PolicyGradients;

/// <summary>
/// Bugs seen in other implementations, numbered as in the project's research notes. Those not here have tests of their own: 3
/// (positions under left padding) and 4 (sampling temperature) in SamplerTests and LanguageModelTests, 6 in MaskedTests, 7 in
/// PolicyGradientTrainerTests and SftRowTests, 8 in PreferenceLossesTests, 9 in RewardModelTrainerTests, 15 in the splits' tests, 17 and
/// 20 in PolicyGradientGuardTests.
/// </summary>
public sealed class KnownBugsTests
{
    private const int End = 257;

    [Fact]
    public void Bug_1_the_end_token_is_real_even_where_pads_have_its_id()
    {
        using var scope = NewDisposeScope();
        var (_, last, mask) = CompletionEnd.Find(
            tensor(
                new long[,]
                {
                    { 5, End, End, End },
                    { 5, 6, 7, 8 },
                },
                device: CPU
            ),
            End
        );
        Assert.Equal([true, true, false, false, true, true, true, true], mask.data<bool>().ToArray());
        Assert.Equal([1L, 3], last.data<long>().ToArray());
    }

    [Fact]
    public void Bug_2_the_score_stands_at_the_end_token_itself()
    {
        using var scope = NewDisposeScope();
        var (zero, mask) = (
            zeros([1, 4], ScalarType.Float64, CPU),
            tensor(
                new long[,]
                {
                    { 1, 1, 0, 0 },
                },
                device: CPU
            )
        );
        var rewards = KlPenalty.TokenRewards(tensor(new[] { 3.0 }, device: CPU), zero, zero, mask, 0.1);
        Assert.Equal([0, 3, 0, 0], rewards.data<double>().ToArray());
    }

    [Fact]
    public void Bug_5_the_kl_of_a_token_may_be_negative()
    {
        using var scope = NewDisposeScope();
        var (logp, reference) = (
            tensor(
                new[,]
                {
                    { -2.0 },
                },
                device: CPU
            ),
            tensor(
                new[,]
                {
                    { -1.0 },
                },
                device: CPU
            )
        );
        Assert.Equal(-1, KlPenalty.PerToken(logp, reference, KlEstimator.K1).item<double>(), 12);
    }

    [Fact]
    public void Bug_6_and_13_what_stands_at_pads_reaches_neither_whitening_nor_the_loss()
    {
        using var scope = NewDisposeScope();
        var mask = tensor(
            new long[,]
            {
                { 1, 1, 0 },
            },
            device: CPU
        );
        Tensor Values(double pad) =>
            tensor(
                new[,]
                {
                    { 1.0, 3.0, pad },
                },
                device: CPU
            );
        Assert.Equal(Whitened(1.0), Whitened(double.NaN));
        Assert.Equal(Loss(1.0), Loss(double.PositiveInfinity));

        double[] Whitened(double pad) => Masked.MaskedWhiten(Values(pad), mask).data<double>().ToArray();

        double Loss(double pad) => PolicyLoss.Aggregate(Values(pad), mask, TokenAggregation.TokenMean).item<double>();
    }

    [Fact]
    public void Bug_10_a_demonstration_too_long_for_its_end_is_left_out_not_cut()
    {
        using var model = TrainableModels.Create();
        var example = CoinPolicy.Demonstrations[0];
        var length = SftRow.Of(example, model).Ids.Length;
        var result = new SftTrainer(new SftSettings { Epochs = 1, MaxLength = length }).Train(
            model,
            [example, example with { Completion = example.Completion + "y" }],
            [],
            ct: TestContext.Current.CancellationToken
        );
        Assert.Equal(1, result.DroppedRows);
    }

    [Fact]
    public void Bug_11_the_kl_controller_is_fed_sums_over_completions()
    {
        // Two tokens of one nat each are two nats, above a target of 1.5; their mean would be below it.
        using var scope = NewDisposeScope();
        var (logp, mask) = (zeros([1, 2], ScalarType.Float64, CPU), ones([1, 2], ScalarType.Int64, CPU));
        var kl = KlPenalty.SequenceSum(logp, logp - 1, mask).mean().item<double>();
        Assert.True(AdaptiveKlCoefficient.Next(0.1, kl, targetSequenceKl: 1.5, horizon: 100, completions: 10) > 0.1);
    }

    [Fact]
    public void Bug_12_a_learning_rate_of_zero_leaves_every_weight_as_it_is()
    {
        // Weight decay that nobody asked for would shrink them, and the value model with them.
        using var policy = TrainableModels.Create();
        using var reference = policy.Copy();
        CoinPolicy
            .Trainer("ppo", s => s with { LearningRate = 0 })
            .Train(policy, reference, CoinPolicy.LikesX, CoinPolicy.Prompts, ct: TestContext.Current.CancellationToken);
        Assert.Equal(TrainableModels.Fingerprint(reference.Model), TrainableModels.Fingerprint(policy.Model));
        Assert.Equal(0, new SftSettings().WeightDecay);
    }

    [Fact]
    public void Bug_14_counts_are_exact_beyond_what_a_float_can_count()
    {
        using var scope = NewDisposeScope();
        var mask = ones((1 << 24) + 1, ScalarType.Int8, CPU);
        // A float32 sum of ones sticks at 2^24.
        Assert.Equal(1, Masked.MaskedMean(ones((1 << 24) + 1, ScalarType.Float64, CPU), mask).item<double>(), 12);
    }

    [Fact]
    public void Bug_16_a_completion_is_scored_with_the_end_it_was_trained_with()
    {
        using var model = TrainableModels.Create();
        using var reward = new RewardModelTrainer(new RewardModelSettings { Epochs = 1 })
            .Train(
                model,
                [new("overall", 1)],
                [new(CoinPolicy.Prompts[0], ["x", "y"], new Dictionary<string, int?[]> { ["overall"] = [1, 2] })],
                [],
                ct: TestContext.Current.CancellationToken
            )
            .Model;
        Assert.Equal(End, reward.Row([1, 2], [3])[^1]);
        Assert.Equal([1, 2, 3, End], reward.Row([1, 2], [3, End]));
    }

    [Fact]
    public void Bug_18_and_4_the_ratio_is_one_before_the_first_step_at_any_temperature()
    {
        // The trainer itself throws when it is not; a wrong temperature or dropout would make it so.
        using var policy = TrainableModels.Create();
        using var reference = policy.Copy();
        using var recorder = new RunRecorder();
        CoinPolicy
            .Trainer("rloo", s => s with { Temperature = 0.7, Iterations = 2, MinibatchSize = 16 })
            .Train(policy, reference, CoinPolicy.LikesX, CoinPolicy.Prompts, progress: recorder, ct: TestContext.Current.CancellationToken);
        Assert.All(recorder.Reports, r => Assert.Equal(1, r.Metrics["ratio"], 1e-4));
    }

    [Fact]
    public void Bug_19_the_kl_is_that_of_the_policy_from_the_reference_over_the_completion_alone()
    {
        // KL(p || q) of two known distributions over two tokens, estimated from both of p's outcomes by their shares.
        using var scope = NewDisposeScope();
        double[] p = [0.8, 0.2];
        double[] q = [0.5, 0.5];
        var k1 = Enumerable
            .Range(0, 2)
            .Sum(i =>
                p[i]
                * KlPenalty
                    .SequenceSum(
                        tensor(
                            new[,]
                            {
                                { Math.Log(p[i]), 5.0 },
                            },
                            device: CPU
                        ),
                        tensor(
                            new[,]
                            {
                                { Math.Log(q[i]), 1.0 },
                            },
                            device: CPU
                        ),
                        tensor(
                            new long[,]
                            {
                                { 1, 0 },
                            },
                            device: CPU
                        )
                    )
                    .item<double>()
            );
        Assert.Equal(0.8 * Math.Log(1.6) + 0.2 * Math.Log(0.4), k1, 12);
    }
}
