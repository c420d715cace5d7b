using System.Text.Json;

namespace Annotation.Learning.Text.BytePairs;

/// <summary>Hugging Face's tokenizer.json, and its older form vocab.json with merges.txt.</summary>
internal static class TokenizerJson
{
    internal const string FileName = "tokenizer.json";
    internal const string VocabularyName = "vocab.json";
    internal const string MergesName = "merges.txt";
    private const int MostIds = 1 << 24;

    internal static TokenizerParts Read(string path)
    {
        using var document = ModelFolderJson.Read(path);
        try
        {
            return Read(path, document.RootElement.Clone());
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException or ArgumentNullException)
        {
            throw new ModelFolderException(path, $"is not a tokenizer that can be read here: {e.Message}", e);
        }
    }

    /// <summary>The older form, whose split is known by the tokenizer's class.</summary>
    internal static TokenizerParts ReadPair(string vocabulary, string merges, string? className)
    {
        using var document = ModelFolderJson.Read(vocabulary);
        var lines = File.ReadLines(merges).Where(l => l.Length > 0 && !l.StartsWith("#version", StringComparison.Ordinal));
        var qwen = className?.StartsWith("Qwen2", StringComparison.Ordinal) == true;
        var pattern = new TextPattern(qwen ? ByteLevel.QwenPattern : ByteLevel.Gpt2Pattern);
        return new TokenizerParts
        {
            Model = Model(
                vocabulary,
                document.RootElement,
                lines.Select(l => l.Split(' ')),
                [],
                byteFallback: false,
                ignoreMerges: false,
                null
            ),
            Added = [],
            Normalize = (_, text) => qwen ? text.Normalize(System.Text.NormalizationForm.FormC) : text,
            Cut = (_, text) => pattern.Split(text).Select(p => ByteLevel.Write(p.Text)),
            SpellsBytes = true,
        };
    }

    private static TokenizerParts Read(string path, JsonElement root)
    {
        var model = root.GetProperty("model");
        var type = model.TryGetProperty("type", out var named) ? named.GetString() : "BPE";
        if (type != "BPE")
        {
            throw new ModelFolderException(path, $"has a model of type '{type}'; only BPE can be used");
        }
        foreach (var affix in new[] { "continuing_subword_prefix", "end_of_word_suffix" })
        {
            if (Find(model, affix)?.GetString() is { Length: > 0 } text)
            {
                throw new ModelFolderException(path, $"field '{affix}' is '{text}'; such tokenizers cannot be used");
            }
        }

        var added = Find(root, "added_tokens")?.EnumerateArray().Select(Token).ToList() ?? [];
        var merges = model
            .GetProperty("merges")
            .EnumerateArray()
            .Select(m =>
                m.ValueKind == JsonValueKind.String ? m.GetString()!.Split(' ') : [.. m.EnumerateArray().Select(s => s.GetString()!)]
            );
        return new TokenizerParts
        {
            Model = Model(
                path,
                model.GetProperty("vocab"),
                merges,
                added,
                Find(model, "byte_fallback")?.GetBoolean() == true,
                Find(model, "ignore_merges")?.GetBoolean() == true,
                Find(model, "unk_token")?.GetString()
            ),
            Added = added,
            Normalize = TextSteps.Normalizer(path, Find(root, "normalizer")),
            Cut = TextSteps.PreTokenizer(path, Find(root, "pre_tokenizer")),
            SpellsBytes = Find(root, "decoder") is { } decoder && decoder.GetRawText().Contains("\"ByteLevel\"", StringComparison.Ordinal),
            StartsWithBos = StartsWithSpecial(Find(root, "post_processor")),
        };
    }

    private static BpeModel Model(
        string path,
        JsonElement vocabulary,
        IEnumerable<string[]> merges,
        IReadOnlyList<AddedToken> added,
        bool byteFallback,
        bool ignoreMerges,
        string? unknown
    )
    {
        var ids = vocabulary.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetInt32(), StringComparer.Ordinal);
        if (ids.FirstOrDefault(p => p.Value is < 0 or >= MostIds) is { Key: not null } wrong)
        {
            throw new ModelFolderException(path, $"piece '{wrong.Key}' has id {wrong.Value}, which no vocabulary reaches");
        }

        var pieces = new string[ids.Count == 0 ? 0 : ids.Values.Max() + 1];
        Array.Fill(pieces, "");
        foreach (var (piece, id) in ids)
        {
            pieces[id] = piece;
        }

        var ranked = new Dictionary<(int, int), (int, int)>();
        foreach (var merge in merges)
        {
            if (
                merge is not [var left, var right]
                || !ids.TryGetValue(left, out var leftId)
                || !ids.TryGetValue(right, out var rightId)
                || !ids.TryGetValue(left + right, out var union)
            )
            {
                throw new ModelFolderException(
                    path,
                    $"merge {ranked.Count + 1}, '{string.Join(' ', merge)}', is not of pieces of the vocabulary"
                );
            }

            ranked.TryAdd((leftId, rightId), (ranked.Count, union));
        }

        // Special tokens stand in some vocabularies too; no text becomes one.
        added.Where(t => t.Special).ToList().ForEach(t => ids.Remove(t.Content));
        int? unknownId =
            unknown is null ? null
            : Array.IndexOf(pieces, unknown) is var found and >= 0 ? found
            : null;
        return new BpeModel(pieces, ids, ranked)
        {
            ByteFallback = byteFallback,
            IgnoreMerges = ignoreMerges,
            UnknownId = unknownId,
        };
    }

    private static AddedToken Token(JsonElement token) =>
        new(token.GetProperty("id").GetInt32(), token.GetProperty("content").GetString()!, Flag(token, "special"))
        {
            StripsLeft = Flag(token, "lstrip"),
            StripsRight = Flag(token, "rstrip"),
            IsWord = Flag(token, "single_word"),
        };

    /// <summary>Whether a post-processor puts a special token before a document; null when none is there.</summary>
    private static bool? StartsWithSpecial(JsonElement? step)
    {
        if (step is not { } processor)
        {
            return null;
        }
        if (Find(processor, "processors") is { } all)
        {
            var answers = all.EnumerateArray().Select(p => StartsWithSpecial(p)).ToList();
            return answers.Contains(true) ? true
                : answers.Contains(false) ? false
                : null;
        }

        return Find(processor, "single") is not { } single
            ? false
            : single.GetArrayLength() > 0 && single[0].TryGetProperty("SpecialToken", out _);
    }

    private static bool Flag(JsonElement element, string name) => Find(element, name)?.ValueKind == JsonValueKind.True;

    internal static JsonElement? Find(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;
}
