using System.Text.Json;

namespace Annotation.Learning.Text;

/// <summary>
/// A byte tokenizer with whole words beside the bytes: ids 0 to 261 are those of <see cref="ByteTokenizer"/>, then one id for each word of
/// a list. A word is a run of ASCII letters with the space in front of it, if there is one; what is not in the list is spelled in bytes,
/// so that every text can be written. Small models of a small world learn several times faster from words than from letters.
/// </summary>
public sealed class WordTokenizer : Tokenizer
{
    private const string FileName = ByteTokenizer.FileName;
    private const string ClassName = "WordTokenizer";
    private const string WordsName = "words";
    private static readonly ByteTokenizer _bytes = new();
    private readonly IReadOnlyList<string> _words;
    private readonly Dictionary<string, int> _ids;

    /// <summary>A tokenizer of these words, in the order of their ids.</summary>
    public WordTokenizer(IReadOnlyList<string> words)
    {
        _words = words;
        _ids = words.Select((word, i) => (word, i)).ToDictionary(w => w.word, w => _bytes.VocabularySize + w.i, StringComparer.Ordinal);
    }

    public override int VocabularySize => _bytes.VocabularySize + _words.Count;

    public override int BosId => _bytes.BosId;

    public override int EosId => _bytes.EosId;

    public override int PadId => _bytes.PadId;

    /// <summary>The tokenizer of the words that occur at least <paramref name="atLeast"/> times in texts, the most frequent first.</summary>
    public static WordTokenizer Learn(IEnumerable<string> texts, int atLeast)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var word in texts.SelectMany(Split).Where(word => word.Length > 1))
        {
            counts[word] = counts.GetValueOrDefault(word) + 1;
        }
        return new([
            .. counts
                .Where(c => c.Value >= atLeast)
                .OrderByDescending(c => c.Value)
                .ThenBy(c => c.Key, StringComparer.Ordinal)
                .Select(c => c.Key),
        ]);
    }

    public override int? RoleId(string role) => _bytes.RoleId(role);

    public override IReadOnlyList<int> Encode(string text)
    {
        var ids = new List<int>();
        foreach (var part in Split(text))
        {
            if (_ids.TryGetValue(part, out var id))
            {
                ids.Add(id);
            }
            else
            {
                ids.AddRange(_bytes.Encode(part));
            }
        }
        return ids;
    }

    public override string Decode(ReadOnlySpan<int> ids)
    {
        var spelled = new List<int>(ids.Length * 4);
        foreach (var id in ids)
        {
            if (id < _bytes.VocabularySize)
            {
                spelled.Add(id);
            }
            else if (id < VocabularySize)
            {
                spelled.AddRange(_bytes.Encode(_words[id - _bytes.VocabularySize]));
            }
        }
        return _bytes.Decode([.. spelled]);
    }

    public override void Save(string folder) => OwnTokenizerFiles.Write(folder, ClassName, ByteTokenizer.Specials, _words);

    /// <summary>The tokenizer when the folder says that its model uses it, else null.</summary>
    /// <exception cref="ModelFolderException">The list of words is missing or broken.</exception>
    internal static WordTokenizer? TryLoad(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        using var document = ModelFolderJson.Read(path);
        var root = document.RootElement;
        if (OwnTokenizerFiles.ClassOf(root) != ClassName)
        {
            return null;
        }

        if (!root.TryGetProperty(WordsName, out var list) || list.ValueKind != JsonValueKind.Array)
        {
            throw new ModelFolderException(path, $"has no list '{WordsName}'");
        }

        var words = list.EnumerateArray().Select(word => word.ValueKind == JsonValueKind.String ? word.GetString()! : "").ToList();
        return words.Exists(word => word.Length == 0) || words.Distinct(StringComparer.Ordinal).Count() < words.Count
            ? throw new ModelFolderException(path, $"field '{WordsName}' should hold different words")
            : new(words);
    }

    /// <summary>Words with the space in front of them, and the characters between words one by one.</summary>
    private static IEnumerable<string> Split(string text)
    {
        for (var start = 0; start < text.Length; )
        {
            var end = text[start] == ' ' && start + 1 < text.Length && char.IsAsciiLetter(text[start + 1]) ? start + 1 : start;
            while (end < text.Length && char.IsAsciiLetter(text[end]))
            {
                end++;
            }

            if (end == start)
            {
                // A surrogate pair stays together, so that its bytes are those of its character.
                end += char.IsHighSurrogate(text[start]) && start + 1 < text.Length ? 2 : 1;
            }

            yield return text[start..end];
            start = end;
        }
    }
}
