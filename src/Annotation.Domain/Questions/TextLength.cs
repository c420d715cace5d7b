using System.Globalization;
using Annotation.Domain.Prompts;

namespace Annotation.Domain.Questions;

/// <summary>How long a written text must and may be.</summary>
internal static class TextLength
{
    /// <summary>Longest text accepted anywhere, in characters; far above what anybody types.</summary>
    public const int Longest = 100_000;

    /// <summary>Says in one sentence what is wrong with a text, or null. Characters are what a reader would count.</summary>
    public static string? Check(string text, string subject, int min, int max)
    {
        if (text.Length > max)
        {
            return $"{subject} has {text.Length} characters; at most {max} are accepted.";
        }

        if (!PromptText.IsStorable(text))
        {
            return $"{subject} contains a null character or half of a surrogate pair.";
        }

        var length = new StringInfo(text.Trim()).LengthInTextElements;
        return length == 0 && min > 0 ? $"{subject} is empty."
            : length < min ? $"{subject} has {length} characters; write at least {min}."
            : null;
    }

    /// <summary>Says in one sentence what is wrong with the limits of a question, or null.</summary>
    public static string? CheckLimits(string key, int min, int max, int least) =>
        min < least || max < Math.Max(min, 1) || max > Longest
            ? $"The question '{key}' asks for {min} to {max} characters; use {least} to {Longest}."
            : null;
}
