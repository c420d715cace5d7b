namespace Annotation.Learning.Evaluation;

/// <summary>One person's order of a completion of A and one of B.</summary>
/// <param name="Prompt">What both answer: votes on one prompt are not independent.</param>
/// <param name="Criterion">What was judged.</param>
/// <param name="Win">1 where A is preferred, 0 where B is, a half for ties.</param>
/// <param name="LengthA">Characters of A's completion.</param>
/// <param name="LengthB">Characters of B's completion.</param>
public sealed record PolicyVote(string Prompt, string Criterion, double Win, int LengthA, int LengthB);

/// <summary>A against B by people's votes on one criterion.</summary>
/// <param name="Criterion">What was judged.</param>
/// <param name="Prompts">Prompts with a vote.</param>
/// <param name="Votes">Votes.</param>
/// <param name="WinRate">Share of votes for A, with a 95 % interval over prompts.</param>
/// <param name="LengthControlledWinRate">The same as if both wrote completions of the same length (<see cref="LengthControl"/>).</param>
/// <param name="LengthA">Mean length of A's completions in characters.</param>
/// <param name="LengthB">Mean length of B's completions.</param>
public sealed record VoteReport(
    string Criterion,
    int Prompts,
    int Votes,
    Estimate WinRate,
    Estimate LengthControlledWinRate,
    double LengthA,
    double LengthB
)
{
    /// <summary>A report per criterion, the one with the most votes first.</summary>
    public static IReadOnlyList<VoteReport> Of(IReadOnlyList<PolicyVote> votes) =>
        [
            .. votes
                .GroupBy(v => v.Criterion)
                .OrderByDescending(g => g.Count())
                .ThenBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => new VoteReport(
                    g.Key,
                    g.Select(v => v.Prompt).Distinct().Count(),
                    g.Count(),
                    Estimate.Ratio([.. g.GroupBy(v => v.Prompt).Select(p => (p.Sum(v => v.Win), (double)p.Count()))])!,
                    LengthControl.WinRate(
                        [.. g.Select(v => v.Win)],
                        [.. g.Select(v => Math.Log((v.LengthA + 1.0) / (v.LengthB + 1.0)))],
                        [.. g.Select(v => v.Prompt)]
                    ),
                    g.Average(v => v.LengthA),
                    g.Average(v => v.LengthB)
                )),
        ];
}
