using Annotation.Domain.Labeling;
using Annotation.Domain.Prompts;

namespace Annotation.Testing;

/// <summary>Labeling tasks to start from.</summary>
public static class GivenTasks
{
    /// <summary>A prompt with a task to rank these texts, or to write one when there are none.</summary>
    public static async Task<LabelingTask> TaskAsync(
        this PostgresFixture postgres,
        Guid projectId,
        CancellationToken cancellationToken,
        int judgementsWanted = 1,
        int priority = 0,
        params string[] texts
    )
    {
        var prompt = await postgres.PromptAsync(projectId, $"prompt {Guid.NewGuid()}", cancellationToken);
        return await postgres.TaskAboutAsync(prompt, cancellationToken, judgementsWanted, priority, texts);
    }

    /// <summary>A task to rank these texts about a prompt, or to write one when there are none.</summary>
    public static async Task<LabelingTask> TaskAboutAsync(
        this PostgresFixture postgres,
        Prompt prompt,
        CancellationToken cancellationToken,
        int judgementsWanted = 1,
        int priority = 0,
        params string[] texts
    )
    {
        await using var db = postgres.CreateContext();
        var at = postgres.Clock.GetUtcNow();
        var completions = texts
            .Select(text => new Completion
            {
                PromptId = prompt.Id,
                Text = text,
                TextHash = PromptText.Hash(text),
                CreatedAt = at,
            })
            .ToList();
        var task = new LabelingTask
        {
            ProjectId = prompt.ProjectId,
            PromptId = prompt.Id,
            Kind = texts.Length > 0 ? LabelingTaskKind.Ranking : LabelingTaskKind.Demonstration,
            Priority = priority,
            JudgementsWanted = judgementsWanted,
            CreatedAt = at,
        };
        task.Completions.AddRange(completions.Select((c, i) => new LabelingTaskCompletion { CompletionId = c.Id, Position = i }));
        db.Completions.AddRange(completions);
        db.LabelingTasks.Add(task);
        await db.SaveChangesAsync(cancellationToken);
        return task;
    }
}
