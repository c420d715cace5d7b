using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Annotation.Learning.Text.BytePairs;

/// <summary>The steps of a tokenizer.json before merging: normalizers change a text, pre-tokenizers cut it.</summary>
internal static class TextSteps
{
    private const string TypeField = "type";

    /// <summary>A normalizer; the first argument says whether the text begins a document. What is not known is refused by name.</summary>
    internal static Func<bool, string, string> Normalizer(string path, JsonElement? step)
    {
        if (step is not { } element)
        {
            return (_, text) => text;
        }

        switch (TypeOf(path, element))
        {
            case "Sequence":
                var parts = element.GetProperty("normalizers").EnumerateArray().Select(p => Normalizer(path, p)).ToList();
                return (first, text) => parts.Aggregate(text, (changed, part) => part(first, changed));
            case "NFC":
                return (_, text) => text.Normalize(NormalizationForm.FormC);
            case "NFKC":
                return (_, text) => text.Normalize(NormalizationForm.FormKC);
            case "NFD":
                return (_, text) => text.Normalize(NormalizationForm.FormD);
            case "NFKD":
                return (_, text) => text.Normalize(NormalizationForm.FormKD);
            case "Lowercase":
                return (_, text) => text.ToLowerInvariant();
            case "Prepend":
                var prefix = element.GetProperty("prepend").GetString()!;
                return (first, text) => text.Length == 0 || !first ? text : prefix + text;
            case "Replace":
                return Replace(path, element);
            case var other:
                throw new ModelFolderException(path, $"has a normalizer '{other}', which is not known here");
        }
    }

    /// <summary>A pre-tokenizer: pieces of text, the first argument says whether the text begins a document.</summary>
    internal static Func<bool, string, IEnumerable<string>> PreTokenizer(string path, JsonElement? step)
    {
        if (step is not { } element)
        {
            return (_, text) => [text];
        }

        switch (TypeOf(path, element))
        {
            case "Sequence":
                var parts = element.GetProperty("pretokenizers").EnumerateArray().Select(p => PreTokenizer(path, p)).ToList();
                return (first, text) =>
                    parts.Aggregate<Func<bool, string, IEnumerable<string>>, IEnumerable<string>>(
                        [text],
                        (pieces, part) => pieces.SelectMany((piece, i) => part(first && i == 0, piece))
                    );
            case "Split":
                return Split(path, element);
            case "Digits":
                return Pattern(path, Flag(element, "individual_digits", false) ? @"\p{N}" : @"\p{N}+");
            case "ByteLevel":
                return Bytes(path, element);
            case "Metaspace":
                return Metaspace(element);
            case "Whitespace":
                var words = new TextPattern(@"\w+|[^\w\s]+");
                return (_, text) => words.Split(text).Where(p => p.Matches).Select(p => p.Text);
            case var other:
                throw new ModelFolderException(path, $"has a pre-tokenizer '{other}', which is not known here");
        }
    }

    private static Func<bool, string, string> Replace(string path, JsonElement element)
    {
        var pattern = element.GetProperty("pattern");
        var content = element.GetProperty("content").GetString()!;
        if (pattern.TryGetProperty("String", out var literal))
        {
            var from = literal.GetString()!;
            return (_, text) => text.Replace(from, content, StringComparison.Ordinal);
        }

        var regex = Compile(path, pattern.GetProperty("Regex").GetString()!);
        return (_, text) => string.Concat(regex.Split(text).Select(p => p.Matches ? content : p.Text));
    }

    private static Func<bool, string, IEnumerable<string>> Split(string path, JsonElement element)
    {
        var pattern = element.GetProperty("pattern");
        var regex = Compile(
            path,
            pattern.TryGetProperty("String", out var literal)
                ? Regex.Escape(literal.GetString()!)
                : pattern.GetProperty("Regex").GetString()!
        );
        var inverted = Flag(element, "invert", false);
        return element.GetProperty("behavior").GetString() switch
        {
            "Isolated" => (_, text) => regex.Split(text).Select(p => p.Text),
            "Removed" => (_, text) => regex.Split(text).Where(p => p.Matches == inverted).Select(p => p.Text),
            var other => throw new ModelFolderException(
                path,
                $"has a split with behavior '{other}'; only Isolated and Removed are known here"
            ),
        };
    }

    private static Func<bool, string, IEnumerable<string>> Pattern(string path, string pattern)
    {
        var regex = Compile(path, pattern);
        return (_, text) => regex.Split(text).Select(p => p.Text);
    }

    private static Func<bool, string, IEnumerable<string>> Bytes(string path, JsonElement element)
    {
        var spaced = Flag(element, "add_prefix_space", true);
        var regex = Flag(element, "use_regex", true) ? Compile(path, ByteLevel.Gpt2Pattern) : null;
        return (first, text) =>
        {
            text = spaced && first && !text.StartsWith(' ') ? ' ' + text : text;
            return (regex is null ? [text] : regex.Split(text).Select(p => p.Text)).Select(ByteLevel.Write);
        };
    }

    private static Func<bool, string, IEnumerable<string>> Metaspace(JsonElement element)
    {
        var mark = element.TryGetProperty("replacement", out var given) ? given.GetString()! : "▁";
        var scheme =
            element.TryGetProperty("prepend_scheme", out var named) ? named.GetString()!
            : Flag(element, "add_prefix_space", true) ? "always"
            : "never";
        var split = Flag(element, "split", true);
        return (first, text) =>
        {
            text = text.Replace(" ", mark, StringComparison.Ordinal);
            var prefixed = scheme != "never" && first;
            text = prefixed && !text.StartsWith(mark, StringComparison.Ordinal) ? mark + text : text;
            return split ? Words(text, mark) : [text];
        };
    }

    /// <summary>Each mark begins a word.</summary>
    private static IEnumerable<string> Words(string text, string mark)
    {
        for (var start = 0; start < text.Length; )
        {
            var next = text.IndexOf(mark, start + 1, StringComparison.Ordinal);
            var end = next < 0 ? text.Length : next;
            yield return text[start..end];
            start = end;
        }
    }

    private static TextPattern Compile(string path, string pattern)
    {
        try
        {
            return new TextPattern(pattern);
        }
        catch (ArgumentException e)
        {
            throw new ModelFolderException(path, $"has a pattern that cannot be used here: {e.Message}", e);
        }
    }

    private static string TypeOf(string path, JsonElement element) =>
        element.TryGetProperty(TypeField, out var type) && type.ValueKind == JsonValueKind.String
            ? type.GetString()!
            : throw new ModelFolderException(path, "has a step without a type");

    private static bool Flag(JsonElement element, string name, bool fallback) =>
        element.TryGetProperty(name, out var value) ? value.ValueKind == JsonValueKind.True : fallback;
}
