using System.Globalization;

namespace Annotation.Learning.Evaluation;

/// <summary>Where a reward model is right and where it is not.</summary>
internal static class RewardSlices
{
    private const int MostGroups = 20;

    // Characters of the better completion over characters of the worse one.
    private static readonly double[] _ratios = [0.5, 0.8, 1.25, 2];

    /// <summary>From much shorter to much longer better completions.</summary>
    internal static IReadOnlyList<RewardSlice> ByLength(IReadOnlyList<JudgedPair> pairs) =>
        [
            .. pairs
                .GroupBy(p => _ratios.Count(r => (p.Pair.Chosen.Length + 1.0) / (p.Pair.Rejected.Length + 1.0) >= r))
                .OrderBy(g => g.Key)
                .Select(g => Slice(Name(g.Key), [.. g])),
        ];

    /// <summary>By who ranked.</summary>
    internal static IReadOnlyList<RewardSlice> ByLabeler(IReadOnlyList<JudgedPair> pairs) => Largest(pairs, p => p.Ranking.Labeler);

    /// <summary>By the models behind the pair.</summary>
    internal static IReadOnlyList<RewardSlice> ByPolicy(IReadOnlyList<JudgedPair> pairs) =>
        Largest(
            pairs,
            p =>
                p.ChosenPolicy is { } a && p.RejectedPolicy is { } b
                    ? string.Join(" and ", new[] { a, b }.Order(StringComparer.Ordinal).Distinct())
                    : null
        );

    private static IReadOnlyList<RewardSlice> Largest(IReadOnlyList<JudgedPair> pairs, Func<JudgedPair, string?> key) =>
        [
            .. pairs
                .GroupBy(key)
                .Where(g => g.Key is not null)
                .OrderByDescending(g => g.Count())
                .ThenBy(g => g.Key, StringComparer.Ordinal)
                .Take(MostGroups)
                .Select(g => Slice(g.Key!, [.. g])),
        ];

    private static RewardSlice Slice(string name, IReadOnlyList<JudgedPair> pairs) =>
        new(
            name,
            pairs.Count,
            RewardEvaluation.OverPrompts(pairs, p => p.Right),
            RewardEvaluation.MeanNll(pairs),
            RewardEvaluation.Calibrate(pairs).ExpectedError
        );

    private static string Name(int bin) =>
        bin == 0 ? $"better is less than {Text(_ratios[0])} as long"
        : bin == _ratios.Length ? $"better is {Text(_ratios[^1])} or more as long"
        : $"better is {Text(_ratios[bin - 1])} to {Text(_ratios[bin])} as long";

    private static string Text(double ratio) => ratio.ToString(CultureInfo.InvariantCulture) + " times";
}
