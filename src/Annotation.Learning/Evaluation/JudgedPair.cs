using Annotation.Learning.RewardModeling;

namespace Annotation.Learning.Evaluation;

/// <summary>A held-out pair with what a reward model and the baseline made of it.</summary>
/// <param name="Ranking">The ranking it is of.</param>
/// <param name="Pair">Which completions, the better one first.</param>
/// <param name="Difference">Score of the better minus score of the worse completion, in log-odds.</param>
/// <param name="BagDifference">The same of bag of words; null when nothing could be fitted.</param>
internal readonly record struct JudgedPair(RankedPrompt Ranking, PreferencePair Pair, double Difference, double? BagDifference)
{
    /// <summary>1 when the better completion scores higher, a half when both score the same.</summary>
    internal double Right => Half(Difference);

    /// <summary>The same of bag of words.</summary>
    internal double BagRight => Half(BagDifference ?? 0);

    /// <summary>The same of preferring the longer completion.</summary>
    internal double LongerRight => Half(Lead);

    /// <summary>Characters by which the better completion is longer.</summary>
    internal int Lead => Pair.Chosen.Length - Pair.Rejected.Length;

    /// <summary>The conversation as one text: pairs of one prompt are not independent.</summary>
    internal string Prompt => Ranking.PromptKey;

    internal string? ChosenPolicy => Ranking.Policies?[Pair.ChosenIndex];

    internal string? RejectedPolicy => Ranking.Policies?[Pair.RejectedIndex];

    private static double Half(double difference) => (Math.Sign(difference) + 1) / 2.0;
}
