namespace Annotation.Demo.Prompts;

/// <summary>A prompt of the demo's world.</summary>
/// <param name="Text">What the user writes.</param>
/// <param name="Ask">What it asks for.</param>
public sealed record WorldPrompt(string Text, Ask Ask);
