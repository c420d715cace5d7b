using Annotation.Domain.Runs;

namespace Annotation.Jobs.Training;

/// <summary>The prompts of a run with what it used them for, each once.</summary>
internal static class UsedPrompts
{
    /// <summary>Prompts that changed weights, and prompts that chose the moment to stop.</summary>
    public static IReadOnlyCollection<(Guid, PromptUse)> Of(IEnumerable<Guid> trained, IEnumerable<Guid> validated) =>
        [.. trained.Distinct().Select(id => (id, PromptUse.Trained)), .. validated.Distinct().Select(id => (id, PromptUse.Validated))];
}
