using System.Buffers.Binary;
using System.Security.Cryptography;
using Annotation.Domain.Data;
using Annotation.Domain.Projects;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Labeling;

/// <summary>By how many people a task is judged: fixed when it is made, and adapted to what its judges say.</summary>
/// <param name="Wanted">How many shall judge it at first.</param>
/// <param name="Cap">How many may judge it at most.</param>
/// <param name="Arm">Whether agreement may end it before the cap.</param>
public sealed record Overlap(int Wanted, int Cap, LabelingTaskArm Arm)
{
    /// <summary>What a project asks of a new ranking task. The same seed and prompt fall into the same arm always.</summary>
    /// <param name="project">The project with its floor, cap and share of the random arm.</param>
    /// <param name="seed">Seed of the run that makes the task.</param>
    /// <param name="promptHash">Hash of the prompt's text.</param>
    public static Overlap Of(Project project, long seed, byte[] promptHash)
    {
        var floor = project.JudgementsPerTask;
        var cap = Math.Max(floor, project.JudgementsCap ?? floor);
        var arm = Draw(seed, promptHash) < project.RandomArmShare ? LabelingTaskArm.Random : LabelingTaskArm.Adaptive;
        return new Overlap(arm == LabelingTaskArm.Random ? cap : floor, cap, arm);
    }

    /// <summary>
    /// Closes the task when it has what it wants, or wants one more: when its judges split on <c>overall</c> and the
    /// cap allows it. Called with the task locked and the new judgement in the context.
    /// </summary>
    internal static async Task SettleAsync(
        AnnotationDbContext db,
        LabelingTask task,
        DateTimeOffset at,
        CancellationToken cancellationToken
    )
    {
        if (task.JudgementCount < task.JudgementsWanted)
        {
            return;
        }

        if (task.JudgementsWanted < task.JudgementsCap && await SplitAsync(db, task, cancellationToken))
        {
            task.JudgementsWanted++;
        }
        else
        {
            task.Close(at);
        }
    }

    private static async Task<bool> SplitAsync(AnnotationDbContext db, LabelingTask task, CancellationToken cancellationToken)
    {
        var stored = await db
            .Rankings.AsNoTracking()
            .Include(r => r.Items)
            .Live(db)
            .Where(r => r.Criterion == Criterion.Overall && db.Answers.Any(a => a.Id == r.AnswerId && a.TaskId == task.Id))
            .ToListAsync(cancellationToken);
        // An edit ranks too, what was written above what was there; the larger ranking of a judge is the judgement.
        var judges = stored
            .Concat(db.Rankings.Local.Where(r => r.Criterion == Criterion.Overall))
            .GroupBy(r => r.LabelerId)
            .Select(g => g.MaxBy(r => r.Items.Count)!.Items.ToDictionary(i => i.CompletionId, i => i.Rank))
            .ToList<IReadOnlyDictionary<Guid, int>?>();
        // Who found that the completions cannot be ordered has no ranking.
        while (judges.Count < task.JudgementCount)
        {
            judges.Add(null);
        }

        var threshold = await db
            .Projects.Where(p => p.Id == task.ProjectId)
            .Select(p => p.AgreementThreshold)
            .SingleAsync(cancellationToken);
        return JudgeAgreement.Of(judges) < threshold;
    }

    /// <summary>A number in [0, 1) that only the seed and the prompt decide.</summary>
    private static double Draw(long seed, byte[] promptHash)
    {
        Span<byte> key = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(key, seed);
        var digest = SHA256.HashData([.. key, .. promptHash]);
        return BinaryPrimitives.ReadUInt64LittleEndian(digest) / (ulong.MaxValue + 1.0);
    }
}
