using System.Text;
using Annotation.Demo.World;

namespace Annotation.Demo.Prompts;

/// <summary>Understands a prompt's text: the reverse of <see cref="PromptTemplates"/>, with a kind guess for prompts people type.</summary>
public static class PromptReader
{
    /// <summary>What the text asks for. A text of no known wording asks about whatever subjects it names.</summary>
    public static Ask Read(string text)
    {
        (string pattern, List<Subject> subjects) = Abstract(text.Trim());
        foreach (string sentence in PromptTemplates.Unframed(pattern))
        {
            if (PromptTemplates.Meanings.TryGetValue(sentence, out var meaning))
            {
                return new Ask(meaning.Family, subjects, meaning.Aspect);
            }
        }
        PromptFamily family = subjects.Count > 1 ? PromptFamily.Both : PromptFamily.About;
        return new Ask(family, [.. subjects.Take(2)]);
    }

    /// <summary>Replaces "the fox" by {A} and the second subject by {B}, and says who they are.</summary>
    private static (string Pattern, List<Subject> Subjects) Abstract(string text)
    {
        var pattern = new StringBuilder();
        List<Subject> subjects = [];
        int at = 0;
        while (at < text.Length)
        {
            if (char.IsAsciiLetter(text[at]))
            {
                int end = at;
                while (end < text.Length && char.IsAsciiLetter(text[end]))
                {
                    end++;
                }
                AppendWord(text[at..end], pattern, subjects);
                at = end;
            }
            else
            {
                pattern.Append(text[at++]);
            }
        }
        return (pattern.ToString(), subjects);
    }

    private static void AppendWord(string word, StringBuilder pattern, List<Subject> subjects)
    {
        const string article = "the ";
        if (Encyclopedia.ByName.TryGetValue(word.ToLowerInvariant(), out Subject? subject))
        {
            if (!subjects.Contains(subject))
            {
                subjects.Add(subject);
            }
            if (pattern.ToString().EndsWith(article, StringComparison.OrdinalIgnoreCase))
            {
                pattern.Length -= article.Length;
            }
            pattern.Append('{').Append((char)('A' + subjects.IndexOf(subject))).Append('}');
        }
        else
        {
            pattern.Append(word);
        }
    }
}
