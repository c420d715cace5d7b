namespace Annotation.Learning.Generation;

/// <summary>A prompt is empty, or leaves no room for a completion in the model's context.</summary>
public sealed class PromptLengthException(int index, int length, int limit)
    : ArgumentException(
        length == 0
            ? $"Prompt {index + 1} is empty: it needs at least one token."
            : $"Prompt {index + 1} has {length} tokens, but the model's context of {limit} allows at most {limit - 1} before a completion: shorten it."
    )
{
    /// <summary>The prompt's place in the list, from 0.</summary>
    public int Index { get; } = index;
}
