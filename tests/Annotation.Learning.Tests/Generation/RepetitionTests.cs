using Annotation.Learning.Generation;
using Annotation.Learning.Tests.Models;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.Generation;

public sealed class RepetitionTests
{
    [Fact]
    public void A_penalty_divides_positive_logits_of_known_tokens_and_multiplies_negative_ones()
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create();
        int[] prompt = [256, 260, 72, 105, 261];
        const float Penalty = 1.7f;
        var ids = tensor(prompt.Select(i => (long)i).ToArray(), device: CPU).unsqueeze(0);
        var logits = model.Model.Logits(model.Model.Hidden(ids))[0, -1].data<float>().ToArray();
        foreach (var id in prompt)
        {
            logits[id] = logits[id] > 0 ? logits[id] / Penalty : logits[id] * Penalty;
        }
        var total = logits.Sum(l => Math.Exp(l));

        const int Draws = 3000;
        var completions = new Sampler(model).Generate(
            [.. Enumerable.Repeat(prompt, Draws)],
            new SamplingSettings { RepetitionPenalty = Penalty, MaxNewTokens = 1 },
            TestContext.Current.CancellationToken
        );
        var counts = completions.CountBy(c => c.Ids[0]).ToDictionary();
        Assert.All(
            logits.Select((l, id) => (Expected: Draws * Math.Exp(l) / total, id)),
            t =>
                Assert.InRange(
                    counts.GetValueOrDefault(t.id),
                    t.Expected - 5 * Math.Sqrt(t.Expected) - 5,
                    t.Expected + 5 * Math.Sqrt(t.Expected) + 5
                )
        );
    }
}
