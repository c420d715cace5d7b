using System.Globalization;
using Annotation.Learning.RewardModeling;
using Annotation.Learning.Tests.Tensors;
using Annotation.Learning.Tests.Training;
using Annotation.Learning.Text;
using Annotation.Learning.Training;
using Xunit;

namespace Annotation.Learning.Tests.RewardModeling;

/// <summary>Labels drawn from known scores: no reward model can do better than the scores themselves.</summary>
[Collection(NativeTensorCount.Name)]
public sealed class BayesLossTests
{
    private const int Letters = 6;
    private const int Length = 8;
    private static readonly ulong _seed = ulong.Parse(
        Environment.GetEnvironmentVariable("ANNOTATION_SEED") ?? "20261126",
        CultureInfo.InvariantCulture
    );

    [Fact]
    [Trait("Category", "nightly")]
    public void The_loss_on_bradley_terry_labels_comes_within_two_percent_of_the_bayes_loss()
    {
        // The true score is a sum of a value for each letter; values, texts and labels are drawn from the seed.
        var random = new SeededRandom(_seed);
        var values = Enumerable.Range(0, Letters).Select(_ => 0.6 * random.NextNormal()).ToArray();
        var train = Pairs(4000);
        var validation = Pairs(500);
        var test = Pairs(2000);
        using var init = TrainableModels.Create();
        var settings = new RewardModelSettings
        {
            LearningRate = 3e-3,
            Epochs = 4,
            BatchPrompts = 64,
        };
        using var model = new RewardModelTrainer(settings)
            .Train(
                init,
                [new("overall", 1)],
                [.. train.Select(Ranked)],
                [.. validation.Select(Ranked)],
                ct: TestContext.Current.CancellationToken
            )
            .Model;

        // Expectations over the labels, so that only the scores differ.
        var (bayes, loss) = (0.0, 0.0);
        foreach (var (a, b, _) in test)
        {
            var p = Sigmoid(Truth(a) - Truth(b));
            var scores = model.LogOdds([new Message("user", "q")], [a, b], TestContext.Current.CancellationToken);
            var q = Sigmoid(scores[0][0] - scores[1][0]);
            bayes -= p * Math.Log(p) + (1 - p) * Math.Log(1 - p);
            loss -= p * Math.Log(q) + (1 - p) * Math.Log(1 - q);
        }
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"seed {_seed}: Bayes {bayes / test.Count:F4}, reward model {loss / test.Count:F4}"
        );
        Assert.InRange(bayes / test.Count, 0.2, 0.69);
        Assert.InRange(loss / bayes, 1, 1.02);

        List<(string A, string B, bool Wins)> Pairs(int count) =>
            [
                .. Enumerable
                    .Range(0, count)
                    .Select(_ => (A: Text(), B: Text()))
                    .Select(x => (x.A, x.B, random.NextDouble() < Sigmoid(Truth(x.A) - Truth(x.B)))),
            ];

        string Text() => new([.. Enumerable.Range(0, Length).Select(_ => (char)('a' + random.NextInt(Letters)))]);

        double Truth(string text) => text.Sum(c => values[c - 'a']);

        static RankedPrompt Ranked((string A, string B, bool Wins) pair) =>
            new([new Message("user", "q")], [pair.A, pair.B], new Dictionary<string, int?[]> { ["overall"] = pair.Wins ? [1, 2] : [2, 1] });

        static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
    }
}
