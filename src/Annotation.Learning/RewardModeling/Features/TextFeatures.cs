using Annotation.Learning.Text;

namespace Annotation.Learning.RewardModeling.Features;

/// <summary>
/// What can be counted in a completion without understanding it: its words and word pairs, how it begins and ends, how long it is,
/// and how many of its words the conversation has used before. Punctuation marks and line breaks are words too.
/// </summary>
/// <remarks>
/// Counts enter as log(1 + n), so that a word said a hundred times is worth little more than one said ten times. Keys say what is
/// counted: <c>w:</c> word, <c>p:</c> pair of neighbours, <c>begins:</c> the first one to four words, <c>ends:</c> the last one to three words,
/// <c>asked how:</c> a word where the last message begins with "how".
/// </remarks>
public static class TextFeatures
{
    // Rarer than words, so each is believed a little less under the same penalty.
    private const double PairScale = 0.7;
    private const double HingeScale = 0.5;
    private const double QuestionScale = 0.6;
    private const int LongestBeginning = 4;
    private const int LongestEnd = 3;

    // Words that say nothing about what a text is about.
    private static readonly HashSet<string> _common =
    [
        .. (
            "the a an and or of to in is are it that this for on with as be was you i your my he she they we at by from have has do does not "
            + "but if so what how can will would there their them his her its me about just like when which who some any all more than then "
            + "also it's i'm don't . , ? ! ' \" : ; - ( ) \n"
        ).Split(' '),
    ];

    /// <summary>The features of a completion of a prompt, each key once, none of them 0.</summary>
    public static IReadOnlyList<(string Key, double Value)> Of(IReadOnlyList<Message> prompt, string completion)
    {
        var words = Words(completion);
        var features = new List<(string, double)>();
        features.AddRange(Counts(words, "w:", 1));
        features.AddRange(Counts(words.Zip(words.Skip(1), (a, b) => a + ' ' + b), "p:", PairScale));
        for (var n = 1; n <= Math.Min(LongestBeginning, words.Count); n++)
        {
            features.Add(($"begins:{string.Join(' ', words.Take(n))}", 1));
        }
        for (var n = 1; n <= Math.Min(LongestEnd, words.Count); n++)
        {
            features.Add(($"ends:{string.Join(' ', words.TakeLast(n))}", n == 1 ? 1 : PairScale));
        }
        if (prompt.Count > 0 && Words(prompt[^1].Content) is [var first, ..])
        {
            // "How" asks for other words than "is".
            features.AddRange(Counts(words, $"asked {first}:", QuestionScale));
        }
        features.AddRange(Lengths(prompt, completion, words.Count));
        features.AddRange(Overlaps(prompt, words));
        return features.FindAll(f => f.Item2 != 0);
    }

    /// <summary>Lower-case runs of letters, digits and apostrophes, and every other character that is no space by itself.</summary>
    internal static IReadOnlyList<string> Words(string text)
    {
        var words = new List<string>();
        for (var start = 0; start < text.Length; )
        {
            var end = start;
            while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] == '\''))
            {
                end++;
            }
            end = Math.Max(end, start + 1);
            if (!char.IsWhiteSpace(text[start]) || text[start] == '\n')
            {
                words.Add(text[start..end].ToLowerInvariant());
            }
            start = end;
        }
        return words;
    }

    private static IEnumerable<(string, double)> Counts(IEnumerable<string> items, string kind, double scale) =>
        items.GroupBy(i => i, StringComparer.Ordinal).Select(g => (kind + g.Key, Math.Log(1 + g.Count()) * scale));

    // The log length bends at 1 to 6 nats, so that "longer is better" may hold up to a length and not beyond; its slope may differ
    // after the first turn and with the length of the question.
    private static IEnumerable<(string, double)> Lengths(IReadOnlyList<Message> prompt, string completion, int words)
    {
        var characters = Math.Log(1 + completion.Length);
        yield return ("length", characters);
        for (var bend = 1; bend <= 6; bend++)
        {
            yield return ($"length>{bend}", Math.Max(0, Math.Log(1 + words) - bend) * HingeScale);
        }
        yield return ("length later", prompt.Count > 1 ? characters * HingeScale : 0);
        yield return ("length by question", prompt.Count == 0 ? 0 : (Math.Log(1 + prompt[^1].Content.Length) - 4) * characters * 0.3);
    }

    // How many of the completion's content words the last message, the whole conversation, and the assistant's own turns have used.
    private static IEnumerable<(string, double)> Overlaps(IReadOnlyList<Message> prompt, IReadOnlyList<string> words)
    {
        var content = words.Where(w => !_common.Contains(w)).ToList();
        var asked = Content(prompt.TakeLast(1));
        var all = Content(prompt);
        var own = Content(prompt.Where(m => m.Role == "assistant"));
        var echoed = content.Count(asked.Contains);
        yield return ("echo", Math.Log(1 + echoed));
        yield return ("echo share", content.Count == 0 ? 0 : echoed / (double)content.Count);
        yield return ("asked share", asked.Count == 0 ? 0 : asked.Intersect(content).Count() / (double)asked.Count);
        yield return ("known", Math.Log(1 + content.Count(all.Contains)));
        yield return ("repeated", Math.Log(1 + content.Count(own.Contains)));
        yield return ("new", Math.Log(1 + content.Count(w => !all.Contains(w))));
        yield return ("variety", words.Count == 0 ? 0 : words.Distinct().Count() / (double)words.Count);
    }

    private static HashSet<string> Content(IEnumerable<Message> messages) =>
        [.. messages.SelectMany(m => Words(m.Content)).Where(w => !_common.Contains(w))];
}
