using System.Text;

namespace Annotation.Learning.Text.Templates;

/// <summary>
/// The source of a Jinja template in one spelling: no comments, no white space but that within string literals, these in single quotes, and
/// dots for the indices of a message. Two sources of one spelling write the same texts.
/// </summary>
internal sealed class JinjaSource
{
    internal JinjaSource(string source)
    {
        var text = new StringBuilder();
        var literals = new List<string>();
        var inTag = false;
        for (var i = 0; i < source.Length; i++)
        {
            if (!inTag && source.AsSpan(i).StartsWith("{#"))
            {
                var end = source.IndexOf("#}", i + 2, StringComparison.Ordinal);
                i = end < 0 ? source.Length : end + 1;
                continue;
            }
            if (i + 1 < source.Length)
            {
                var two = source.AsSpan(i, 2);
                inTag = (inTag || two is "{{" or "{%") && two is not "}}" and not "%}";
            }
            if (inTag && source[i] is '\'' or '"')
            {
                var (literal, end) = Literal(source, i);
                literals.Add(literal);
                text.Append('\'').Append(literal).Append('\'');
                i = end;
            }
            else if (!char.IsWhiteSpace(source[i]))
            {
                text.Append(source[i]);
            }
        }
        Text = text.Replace("['role']", ".role").Replace("['content']", ".content").ToString();
        Literals = literals;
    }

    /// <summary>The whole source in that spelling.</summary>
    internal string Text { get; }

    /// <summary>The string literals, escapes as they are written.</summary>
    internal IReadOnlyList<string> Literals { get; }

    internal bool Has(string part) => Text.Contains(part, StringComparison.Ordinal);

    // What stands between the quotes, and where the closing one is.
    private static (string Literal, int End) Literal(string source, int start)
    {
        var end = start + 1;
        while (end < source.Length && source[end] != source[start])
        {
            end += source[end] == '\\' ? 2 : 1;
        }
        end = Math.Min(end, source.Length);
        // A line break within the quotes is the same as one written as an escape.
        return (source[(start + 1)..end].Replace("\n", "\\n", StringComparison.Ordinal), end);
    }
}
