using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Labeling;

/// <summary>
/// Makes signals of what was recorded about labelers' work: reasons to look at somebody's judgements, not proof of
/// anything. Only signals leave this room; the recordings are shown to the labeler alone.
/// </summary>
public sealed class ListSignals(IDbContextFactory<AnnotationDbContext> contexts)
{
    // Fewer judgements than this say nothing about a habit.
    private const int Fewest = 20;

    // Nobody reads a prompt and two completions faster.
    private const int FastMilliseconds = 2_000;

    private const double ManyFast = 0.1;
    private const double ManyUntouched = 0.2;

    /// <summary>Three standard deviations: about one labeler in 700 shows it by chance.</summary>
    private const double Surprising = 3;

    /// <summary>The labelers of a project by name, each with the signals that their live judgements give.</summary>
    public async Task<IReadOnlyList<LabelerSignals>> RunAsync(Guid projectId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var work = await (
            from i in db.Interactions
            join a in db.Assignments on i.AssignmentId equals a.Id
            join t in db.LabelingTasks on a.TaskId equals t.Id
            where t.ProjectId == projectId && a.State == AssignmentState.Submitted
            select new
            {
                i.PersonId,
                i.AssignmentId,
                i.ActiveMilliseconds,
                i.ChangeCount,
            }
        ).ToListAsync(cancellationToken);
        var tops = await (
            from r in db.Rankings.Live(db)
            where r.ProjectId == projectId && r.LabelerId != null && r.Items.All(i => i.ShownPosition != null)
            where r.Items.Count(i => i.Rank == 1) == 1
            select new
            {
                PersonId = r.LabelerId!.Value,
                Top = r.Items.Any(i => i.Rank == 1 && i.ShownPosition == 0),
                Chance = 1.0 / r.Items.Count,
            }
        ).ToListAsync(cancellationToken);
        var names = await db.People.ToDictionaryAsync(p => p.Id, p => p.DisplayName, cancellationToken);
        return
        [
            .. work.GroupBy(w => w.PersonId)
                .Select(g => new LabelerSignals(
                    g.Key,
                    names[g.Key],
                    g.Select(w => w.AssignmentId).Distinct().Count(),
                    [
                        .. Share(
                            [.. g.Select(w => w.ActiveMilliseconds).OfType<int>().Select(ms => ms < FastMilliseconds)],
                            ManyFast,
                            "many-fast",
                            "Many judgements took less time than reading does."
                        ),
                        .. Share(
                            [.. g.Select(w => w.ChangeCount).OfType<int>().Select(count => count == 0)],
                            ManyUntouched,
                            "many-untouched",
                            "Many answers were submitted without a change."
                        ),
                        .. TopBias([.. tops.Where(t => t.PersonId == g.Key).Select(t => (t.Top, t.Chance))]),
                    ]
                ))
                .OrderBy(l => l.Labeler, StringComparer.OrdinalIgnoreCase),
        ];
    }

    private static IEnumerable<LabelerSignal> Share(List<bool> marks, double many, string key, string sentence) =>
        marks.Count >= Fewest && marks.Count(m => m) > many * marks.Count ? [new LabelerSignal(key, sentence)] : [];

    /// <summary>Whether the completion shown first wins more often than its place in a random order explains.</summary>
    private static IEnumerable<LabelerSignal> TopBias(List<(bool Top, double Chance)> rankings)
    {
        var expected = rankings.Sum(r => r.Chance);
        var deviation = Math.Sqrt(rankings.Sum(r => r.Chance * (1 - r.Chance)));
        return rankings.Count >= Fewest && rankings.Count(r => r.Top) - expected > Surprising * deviation
            ? [new LabelerSignal("prefers-first", "The completion shown first wins more often than chance explains.")]
            : [];
    }
}

/// <summary>The signals of one labeler's work in a project.</summary>
public sealed record LabelerSignals(Guid PersonId, string Labeler, int JudgementCount, IReadOnlyList<LabelerSignal> Signals);

/// <summary>A reason to look at somebody's judgements.</summary>
/// <param name="Key">Stable.</param>
/// <param name="Sentence">For people.</param>
public sealed record LabelerSignal(string Key, string Sentence);
