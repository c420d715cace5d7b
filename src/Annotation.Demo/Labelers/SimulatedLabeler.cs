using Annotation.Demo.Judges;
using Annotation.Demo.Randomness;

namespace Annotation.Demo.Labelers;

/// <summary>
/// A labeler by program. It sees the gold score g and prefers a to b with probability (1 - 2e) sigmoid(alpha (g_a - g_b) / unit +
/// b (length_a - length_b) / lengthUnit) + e. Whole rankings with exactly these pairwise probabilities come from two steps: with
/// probability 2e the labeler orders at random, else it draws a Plackett-Luce ranking of the utilities.
/// </summary>
/// <param name="Name">Who it is.</param>
/// <param name="Sharpness">alpha: how surely it sees a gap of one unit of gold.</param>
/// <param name="FlipRate">e, 0 to 0.5: how often it prefers the wrong one of two however clear the case.</param>
/// <param name="LengthBias">b: how much it likes longer completions.</param>
/// <param name="Seed">Makes its mind; the same question always gets the same answer.</param>
public sealed record SimulatedLabeler(string Name, double Sharpness, double FlipRate, double LengthBias, ulong Seed)
{
    /// <summary>The unit of gold that sharpness refers to: about the standard deviation over a fine-tuned model's completions.</summary>
    public const double GoldUnit = 0.2;

    /// <summary>The unit of length, in characters.</summary>
    public const double LengthUnit = 25;

    /// <summary>Completions that stand next to each other and whose gold differs by less than this are called equally good.</summary>
    public const double TieGap = 0.02;

    /// <summary>Ranks completions of one prompt on one criterion.</summary>
    /// <param name="judge">Knows the gold scores.</param>
    /// <param name="criterion">One of the judge's criteria.</param>
    /// <param name="prompt">The conversation so far.</param>
    /// <param name="completions">What to rank.</param>
    /// <returns>For each completion its rank, 1 = best; equal ranks are ties.</returns>
    public IReadOnlyList<int> Rank(
        GoldJudge judge,
        string criterion,
        IReadOnlyList<(string Role, string Content)> prompt,
        IReadOnlyList<string> completions
    )
    {
        double[] gold = [.. completions.Select(completion => judge.Score(prompt, completion)[criterion])];
        var random = SeededRandom.Of(Seed, [Name, criterion, prompt[^1].Content, .. completions]);
        bool careless = random.NextBool(2 * FlipRate);
        double[] utility =
        [
            .. completions.Select(
                (completion, i) =>
                    (careless ? 0 : (Sharpness * gold[i] / GoldUnit) + (LengthBias * completion.Length / LengthUnit)) + random.NextGumbel()
            ),
        ];
        int[] order = [.. Enumerable.Range(0, completions.Count).OrderByDescending(i => utility[i])];
        int[] ranks = new int[completions.Count];
        for (int place = 0; place < order.Length; place++)
        {
            bool tied = place > 0 && Math.Abs(gold[order[place]] - gold[order[place - 1]]) < TieGap;
            ranks[order[place]] = place == 0 ? 1 : ranks[order[place - 1]] + (tied ? 0 : 1);
        }
        return ranks;
    }

    /// <summary>The probability that it puts a above b, ties aside.</summary>
    public double Prefers(double goldA, double goldB, int lengthA, int lengthB)
    {
        double gap = (Sharpness * (goldA - goldB) / GoldUnit) + (LengthBias * (lengthA - lengthB) / LengthUnit);
        return ((1 - (2 * FlipRate)) / (1 + Math.Exp(-gap))) + FlipRate;
    }
}
