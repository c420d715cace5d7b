using Annotation.Domain.Projects;
using Annotation.Domain.Prompts;

namespace Annotation.Domain.Labeling;

/// <summary>Everything a labeler needs for one task. Who wrote the completions is not told.</summary>
/// <param name="AssignmentId">To submit, renew or skip by.</param>
/// <param name="Version">The lease's version, named in the same calls.</param>
/// <param name="LeaseUntil">When the task goes to somebody else unless renewed.</param>
/// <param name="TaskId">The task.</param>
/// <param name="Kind">Rank or write.</param>
/// <param name="ProjectId">The project.</param>
/// <param name="ProjectName">Its name.</param>
/// <param name="Guideline">Its guideline (markdown).</param>
/// <param name="GuidelineVersion">Version of the guideline.</param>
/// <param name="Prompt">The conversation so far.</param>
/// <param name="Completions">In the order to show, top first; empty for a demonstration.</param>
/// <param name="Criteria">The criteria to rank on, in order; empty for a demonstration.</param>
public sealed record ClaimedTask(
    Guid AssignmentId,
    int Version,
    DateTimeOffset LeaseUntil,
    Guid TaskId,
    LabelingTaskKind Kind,
    Guid ProjectId,
    string ProjectName,
    string Guideline,
    int GuidelineVersion,
    IReadOnlyList<PromptMessage> Prompt,
    IReadOnlyList<ShownCompletion> Completions,
    IReadOnlyList<Criterion> Criteria
);

/// <summary>A completion to judge.</summary>
public sealed record ShownCompletion(Guid Id, string Text);
