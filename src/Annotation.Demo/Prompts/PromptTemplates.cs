using System.Collections.Frozen;
using Annotation.Demo.World;

namespace Annotation.Demo.Prompts;

/// <summary>How people word a prompt: a sentence with places for one or two subjects, inside a frame of politeness.</summary>
public static class PromptTemplates
{
    /// <summary>Where the sentence goes inside a frame.</summary>
    private const string Slot = "{P}";

    private static readonly FrozenDictionary<PromptFamily, string[]> ByFamily = new Dictionary<PromptFamily, string[]>
    {
        [PromptFamily.About] =
        [
            "Tell me about {A}.",
            "What do you know about {A}?",
            "Describe {A}.",
            "I want to learn about {A}.",
            "Explain {A} to me.",
            "Give me facts about {A}.",
            "Teach me about {A}.",
            "What should I know about {A}?",
        ],
        [PromptFamily.Compare] = ["Which is larger, {A} or {B}?", "Which is smaller, {A} or {B}?", "Is {A} larger than {B}?"],
        [PromptFamily.Praise] = ["Say something kind about {A}.", "Write something nice about {A}.", "Praise {A}."],
        [PromptFamily.OneSentence] = ["Describe {A} in one sentence.", "Tell a child about {A} in one sentence."],
        [PromptFamily.Both] = ["Tell me about {A} and {B}.", "Describe both {A} and {B}."],
    }.ToFrozenDictionary();

    /// <summary>Frames around a prompt.</summary>
    public static IReadOnlyList<string> Frames { get; } =
    [Slot, "Hello. " + Slot, "Please help. " + Slot, "A question: " + Slot, Slot + " Thank you.", Slot + " Be honest."];

    /// <summary>Every template with what it asks for; subjects are still open.</summary>
    public static FrozenDictionary<string, (PromptFamily Family, Aspect? Aspect)> Meanings { get; } =
        ByFamily
            .SelectMany(pair => pair.Value.Select(text => (Text: text, Family: pair.Key, Aspect: (Aspect?)null)))
            .Concat(
                Encyclopedia.Aspects.SelectMany(aspect =>
                    aspect.Questions.Select(text => (Text: text, Family: PromptFamily.Question, Aspect: (Aspect?)aspect))
                )
            )
            .ToFrozenDictionary(row => row.Text, row => (row.Family, row.Aspect), StringComparer.Ordinal);

    /// <summary>The templates of a family; for questions, those of the aspect.</summary>
    public static IReadOnlyList<string> Of(PromptFamily family, Aspect? aspect) =>
        family == PromptFamily.Question ? aspect!.Questions : ByFamily[family];

    /// <summary>Puts subjects into a template and the template into a frame.</summary>
    public static string Fill(string frame, string template, IReadOnlyList<Subject> subjects)
    {
        string text = template.Replace("{A}", "the " + subjects[0].Name, StringComparison.Ordinal);
        if (subjects.Count > 1)
        {
            text = text.Replace("{B}", "the " + subjects[1].Name, StringComparison.Ordinal);
        }
        return frame.Replace(Slot, text, StringComparison.Ordinal);
    }

    /// <summary>The text inside the frame, for each frame that fits, the bare text last.</summary>
    internal static IEnumerable<string> Unframed(string text)
    {
        foreach (string frame in Frames.Reverse())
        {
            int at = frame.IndexOf(Slot, StringComparison.Ordinal);
            string before = frame[..at];
            string after = frame[(at + Slot.Length)..];
            if (
                text.Length >= before.Length + after.Length
                && text.StartsWith(before, StringComparison.Ordinal)
                && text.EndsWith(after, StringComparison.Ordinal)
            )
            {
                yield return text[before.Length..(text.Length - after.Length)];
            }
        }
    }
}
