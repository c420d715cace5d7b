using Annotation.Learning.Generation;
using Annotation.Learning.Tests.Models;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.Generation;

public sealed class TokenDistributionTests
{
    // Probabilities of a model whose logits are known: one position, so the first token's distribution.
    private static readonly IReadOnlyList<int> _prompt = [256];

    [Theory]
    [InlineData(1.0, 0, 1.0)]
    [InlineData(0.5, 0, 1.0)]
    [InlineData(1.0, 3, 1.0)]
    [InlineData(1.0, 0, 0.5)]
    [InlineData(2.0, 40, 0.6)]
    public void Tokens_are_drawn_as_often_as_their_probability_says(double temperature, int topK, double topP)
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create();
        var logits = model.Model.Logits(
            model.Model.Hidden(
                tensor(
                    new long[,]
                    {
                        { 256 },
                    }
                )
            )
        )[0, 0];
        var expected = Restricted((logits / temperature).softmax(0).to(ScalarType.Float64).data<double>().ToArray(), topK, topP);

        const int draws = 4000;
        var settings = new SamplingSettings
        {
            Temperature = temperature,
            TopK = topK,
            TopP = topP,
            MaxNewTokens = 1,
            Seed = 11,
        };
        var completions = new Sampler(model).Generate(
            [.. Enumerable.Repeat(_prompt, draws)],
            settings,
            TestContext.Current.CancellationToken
        );
        var counts = completions.CountBy(c => c.Ids[0]).ToDictionary();

        Assert.All(counts.Keys, id => Assert.True(expected[id] > 0, $"token {id} is outside"));
        foreach (var (probability, id) in expected.Select((p, i) => (p, i)))
        {
            // Five standard deviations, and a little more because rare tokens are not normally distributed.
            var deviation = Math.Sqrt(draws * probability * (1 - probability));
            Assert.InRange(counts.GetValueOrDefault(id), draws * probability - 5 * deviation - 5, draws * probability + 5 * deviation + 5);
        }
    }

    private static double[] Restricted(double[] probabilities, int topK, double topP)
    {
        var best = probabilities
            .Select((p, i) => (p, i))
            .OrderByDescending(x => x.p)
            .Take(topK == 0 ? probabilities.Length : topK)
            .ToList();
        var sum = best.Sum(x => x.p);
        var kept = best.Where((x, i) => best.Take(i).Sum(b => b.p) < topP * sum || i == 0).ToList();
        var result = new double[probabilities.Length];
        foreach (var (p, i) in kept)
        {
            result[i] = p / kept.Sum(x => x.p);
        }

        return result;
    }
}
