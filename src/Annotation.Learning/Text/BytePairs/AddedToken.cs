namespace Annotation.Learning.Text.BytePairs;

/// <summary>A token that is found in a text before merging.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text.</param>
/// <param name="Special">Whether it is a mark of structure, which no text encodes to and no decoded text shows.</param>
internal sealed record AddedToken(int Id, string Content, bool Special)
{
    /// <summary>Whether white space before it belongs to it.</summary>
    internal bool StripsLeft { get; init; }

    /// <summary>Whether white space after it belongs to it.</summary>
    internal bool StripsRight { get; init; }

    /// <summary>Whether it must stand between characters that are no letters.</summary>
    internal bool IsWord { get; init; }

    /// <summary>Cuts a text at these tokens, the leftmost first and of these the longest; ids where there is a token.</summary>
    internal static IEnumerable<(string Text, int? Id)> Cut(string text, IReadOnlyList<AddedToken> tokens)
    {
        var start = 0;
        for (var at = 0; at < text.Length; )
        {
            var found = tokens
                .Where(t => string.CompareOrdinal(text, at, t.Content, 0, t.Content.Length) == 0 && t.Fits(text, at))
                .MaxBy(t => t.Content.Length);
            if (found is null)
            {
                at++;
                continue;
            }

            var before = text[start..at];
            yield return (found.StripsLeft ? before.TrimEnd() : before, null);
            yield return (found.Content, found.Id);
            at += found.Content.Length;
            while (found.StripsRight && at < text.Length && char.IsWhiteSpace(text[at]))
            {
                at++;
            }

            start = at;
        }

        yield return (text[start..], null);
    }

    private bool Fits(string text, int at)
    {
        var end = at + Content.Length;
        return !IsWord || !((at > 0 && char.IsLetterOrDigit(text[at - 1])) || (end < text.Length && char.IsLetterOrDigit(text[end])));
    }
}
