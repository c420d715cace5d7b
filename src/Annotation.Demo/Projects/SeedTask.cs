namespace Annotation.Demo.Projects;

/// <summary>A prompt with completions that can be ranked before any model has written one.</summary>
/// <param name="Prompt">What the user writes.</param>
/// <param name="Completions">Different completions of mixed quality, written by the world's generator.</param>
public sealed record SeedTask(string Prompt, IReadOnlyList<string> Completions);
