using Annotation.Domain.Data;
using Annotation.Domain.Prompts;
using Annotation.Domain.Runs;
using Annotation.Jobs.Execution;
using Annotation.Learning.Sft;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Jobs.Training;

/// <summary>A demonstration as training takes it.</summary>
public sealed record DemonstrationRow(Guid PromptId, Split Split, SftExample Example);

/// <summary>Loads a project's demonstrations.</summary>
public sealed class DemonstrationRows(IDbContextFactory<AnnotationDbContext> contexts)
{
    /// <summary>
    /// The demonstrations that were live when the run first started, in an order that depends on their texts alone: a
    /// resumed run, or the same data in another database, learns from the same rows in the same order.
    /// </summary>
    public async Task<IReadOnlyList<DemonstrationRow>> LoadAsync(Run run, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var at = run.StartedAt ?? run.CreatedAt;
        var rows = await (
            from demonstration in db.Demonstrations
            join prompt in db.Prompts on demonstration.PromptId equals prompt.Id
            join completion in db.Completions on demonstration.CompletionId equals completion.Id
            where demonstration.ProjectId == run.ProjectId && demonstration.CreatedAt <= at
            where !db.Demonstrations.Any(later => later.SupersedesId == demonstration.Id && later.CreatedAt <= at)
            where
                !db.Answers.Any(later =>
                    later.SupersedesId != null && later.SupersedesId == demonstration.AnswerId && later.CreatedAt <= at
                )
            where !db.Retractions.Any(taken => taken.AnswerId == demonstration.AnswerId && taken.At <= at)
            select new
            {
                prompt.Id,
                prompt.Split,
                prompt.Messages,
                PromptHash = prompt.TextHash,
                completion.Text,
                completion.TextHash,
            }
        )
            .AsNoTracking()
            .ToListAsync(ct);
        return
        [
            .. rows.OrderBy(r => Convert.ToHexString(r.PromptHash) + Convert.ToHexString(r.TextHash), StringComparer.Ordinal)
                .Select(r => new DemonstrationRow(r.Id, r.Split, new SftExample(r.Messages.ToMessages(), r.Text))),
        ];
    }

    /// <summary>Those of the train split, for a run that must not forget them.</summary>
    /// <exception cref="RunFailedException">There are none.</exception>
    public async Task<IReadOnlyList<DemonstrationRow>> LoadTrainAsync(Run run, CancellationToken ct)
    {
        var train = (await LoadAsync(run, ct)).Where(r => r.Split == Split.Train).ToList();
        return train.Count > 0
            ? train
            : throw new RunFailedException(
                "PretrainingCoefficient needs demonstrations in the train split; write or import some, or set it to 0."
            );
    }
}
