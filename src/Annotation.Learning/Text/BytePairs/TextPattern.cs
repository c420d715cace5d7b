using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Annotation.Learning.Text.BytePairs;

/// <summary>
/// A regular expression over characters. .NET's sees characters beyond U+FFFF as two surrogates of no category; here a stand-in of the
/// same category takes their place while matching, so that a rare letter is a letter.
/// </summary>
internal sealed class TextPattern(string pattern)
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(10);
    private readonly Regex _regex = new(pattern, RegexOptions.CultureInvariant | RegexOptions.Compiled, _limit);

    /// <summary>The parts of a text, in order: what matches, and what lies between.</summary>
    internal IEnumerable<(string Text, bool Matches)> Split(string text)
    {
        var (shadow, starts) = Shadow(text);
        var end = 0;
        foreach (Match match in _regex.Matches(shadow))
        {
            if (match.Index > end)
            {
                yield return (Part(end, match.Index), false);
            }

            if (match.Length > 0)
            {
                yield return (Part(match.Index, match.Index + match.Length), true);
            }

            end = match.Index + match.Length;
        }

        if (end < shadow.Length)
        {
            yield return (Part(end, shadow.Length), false);
        }

        string Part(int from, int to) => starts is null ? text[from..to] : text[starts[from]..starts[to]];
    }

    /// <summary>A text of one UTF-16 unit per character, and where each stands in the original; null where nothing changed.</summary>
    private static (string Text, int[]? Starts) Shadow(string text)
    {
        if (!text.Any(char.IsSurrogate))
        {
            return (text, null);
        }

        var (shadow, starts, at) = (new StringBuilder(text.Length), new List<int>(text.Length + 1), 0);
        foreach (var rune in text.EnumerateRunes())
        {
            shadow.Append(rune.IsBmp ? (char)rune.Value : StandIn(Rune.GetUnicodeCategory(rune)));
            starts.Add(at);
            at += rune.Utf16SequenceLength;
        }

        starts.Add(at);
        return (shadow.ToString(), [.. starts]);
    }

    private static char StandIn(UnicodeCategory category) =>
        category switch
        {
            UnicodeCategory.UppercaseLetter => '\u0410',
            UnicodeCategory.LowercaseLetter => '\u0430',
            UnicodeCategory.TitlecaseLetter => '\u01C5',
            UnicodeCategory.ModifierLetter => '\u02B0',
            UnicodeCategory.OtherLetter => '\u4E00',
            UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark => '\u0300',
            UnicodeCategory.SpacingCombiningMark => '\u0903',
            UnicodeCategory.DecimalDigitNumber => '\u0660',
            UnicodeCategory.LetterNumber => '\u2160',
            UnicodeCategory.OtherNumber => '\u00B2',
            _ => '\u2603', // a symbol
        };
}
