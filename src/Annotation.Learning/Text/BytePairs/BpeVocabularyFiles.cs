using System.Text.Json;

namespace Annotation.Learning.Text.BytePairs;

/// <summary>The files of a byte-level vocabulary that was learned here, as Hugging Face's tools load them.</summary>
internal static class BpeVocabularyFiles
{
    /// <summary>Writes tokenizer.json and tokenizer_config.json.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="merges">Pairs of byte strings, the best first.</param>
    /// <param name="specials">Special tokens, ids from 0 on; the first begins documents and pads.</param>
    /// <param name="end">The special token that ends completions.</param>
    /// <param name="chatTemplate">A template in Jinja; null for none.</param>
    internal static void Write(
        string folder,
        List<(byte[] Left, byte[] Right)> merges,
        IReadOnlyList<string> specials,
        string end,
        string? chatTemplate
    )
    {
        var named = merges.Select(m => (Left: Spell(m.Left), Right: Spell(m.Right))).ToList();
        // The bytes in the order of their characters, as GPT-2's vocabulary has them.
        var bytes = Enumerable.Range(0, 256).Select(b => ByteLevel.CharacterOf((byte)b)).Order().Select(c => c.ToString());
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var piece in specials.Concat(bytes).Concat(named.Select(m => m.Left + m.Right)))
        {
            vocabulary.TryAdd(piece, vocabulary.Count);
        }

        var level = new
        {
            type = "ByteLevel",
            add_prefix_space = false,
            trim_offsets = true,
            use_regex = true,
        };
        var tokenizer = new
        {
            version = "1.0",
            truncation = (object?)null,
            padding = (object?)null,
            added_tokens = specials.Select(
                (s, id) =>
                    new
                    {
                        id,
                        content = s,
                        single_word = false,
                        lstrip = false,
                        rstrip = false,
                        normalized = false,
                        special = true,
                    }
            ),
            normalizer = (object?)null,
            pre_tokenizer = level,
            post_processor = level,
            decoder = level,
            model = new
            {
                type = "BPE",
                dropout = (double?)null,
                unk_token = (string?)null,
                continuing_subword_prefix = (string?)null,
                end_of_word_suffix = (string?)null,
                fuse_unk = false,
                byte_fallback = false,
                vocab = vocabulary,
                merges = named.Select(m => $"{m.Left} {m.Right}"),
            },
        };
        var config = new Dictionary<string, object>
        {
            ["tokenizer_class"] = "PreTrainedTokenizerFast",
            ["bos_token"] = specials[0],
            ["eos_token"] = end,
            ["pad_token"] = specials[0],
            ["add_bos_token"] = true,
        };
        if (chatTemplate is not null)
        {
            config["chat_template"] = chatTemplate;
        }

        File.WriteAllText(Path.Combine(folder, TokenizerJson.FileName), JsonSerializer.Serialize(tokenizer, ModelFolderJson.Indented));
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), JsonSerializer.Serialize(config, ModelFolderJson.Indented));
    }

    private static string Spell(byte[] bytes) => string.Concat(bytes.Select(ByteLevel.CharacterOf));
}
