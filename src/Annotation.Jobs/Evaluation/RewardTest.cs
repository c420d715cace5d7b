using Annotation.Learning.Evaluation;
using Annotation.Learning.RewardModeling;

namespace Annotation.Jobs.Evaluation;

/// <summary>A reward model on rankings that it never saw, beside its baselines.</summary>
/// <param name="Fitting">Rankings that fit the model's context.</param>
/// <param name="Reports">A report per criterion of which the rankings hold an untied pair.</param>
internal sealed record RewardTest(int Fitting, IReadOnlyList<RewardReport> Reports)
{
    /// <summary>Measures every criterion of the model.</summary>
    /// <param name="reward">The model.</param>
    /// <param name="test">What it is measured on.</param>
    /// <param name="seen">What it learned from, and so what the baselines learn from.</param>
    /// <param name="stop">Stops the work.</param>
    internal static RewardTest Of(
        RewardModel reward,
        IReadOnlyList<RankedPrompt> test,
        IReadOnlyList<RankedPrompt> seen,
        CancellationToken stop
    )
    {
        List<RankedPrompt> fitting = [.. test.Where(reward.Fits)];
        var reports = reward.Criteria.Select(
            (criterion, column) =>
                RewardEvaluation.Measure(
                    criterion.Key,
                    (prompt, completions) => [.. reward.LogOdds(prompt, completions, stop).Select(scores => scores[column])],
                    fitting,
                    seen,
                    stop
                )
        );
        return new(fitting.Count, [.. reports.OfType<RewardReport>()]);
    }
}
