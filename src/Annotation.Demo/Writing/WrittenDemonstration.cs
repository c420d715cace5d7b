using Annotation.Demo.Prompts;

namespace Annotation.Demo.Writing;

/// <summary>An answer a person wrote to show how it is done.</summary>
/// <param name="Prompt">The prompt answered.</param>
/// <param name="Completion">The answer.</param>
public sealed record WrittenDemonstration(WorldPrompt Prompt, string Completion);
