using System.Text.Json;
using Annotation.Learning.Text.BytePairs;

namespace Annotation.Learning.Text;

/// <summary>
/// The files of the byte and word tokenizers: what Hugging Face's tools load (a byte-level vocabulary without merges, whose words are found whole), and
/// beside it which of our own it is.
/// </summary>
internal static class OwnTokenizerFiles
{
    internal const string ConfigName = "tokenizer_config.json";

    /// <summary>Names our own class; older folders name it as the tokenizer's class.</summary>
    private const string OwnField = "annotation_class";
    private const string ClassField = "tokenizer_class";

    private const string Template =
        "{{ bos_token }}{% for message in messages %}{{ '<' + message['role'] + '>' + message['content'] }}"
        + "{% if message['role'] == 'assistant' %}{{ eos_token }}{% endif %}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<assistant>' }}{% endif %}";

    /// <summary>The name of our own class in a folder's file; null when it has none.</summary>
    internal static string? ClassOf(JsonElement config) =>
        config.TryGetProperty(OwnField, out var own) && own.ValueKind == JsonValueKind.String ? own.GetString()
        : config.TryGetProperty(ClassField, out var named) && named.ValueKind == JsonValueKind.String ? named.GetString()
        : null;

    /// <summary>Writes tokenizer.json and tokenizer_config.json.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="ownClass">Name of our own class.</param>
    /// <param name="specials">Special tokens, ids from 256 on; the first three are bos, eos and pad.</param>
    /// <param name="words">Words behind them, with the space in front of them; null for none.</param>
    internal static void Write(string folder, string ownClass, IReadOnlyList<string> specials, IReadOnlyList<string>? words)
    {
        var config = new Dictionary<string, object>
        {
            [ClassField] = "PreTrainedTokenizerFast",
            [OwnField] = ownClass,
            ["bos_token"] = specials[0],
            ["eos_token"] = specials[1],
            ["pad_token"] = specials[2],
            ["add_bos_token"] = true,
            ["clean_up_tokenization_spaces"] = false,
            ["chat_template"] = Template,
        };
        if (words is not null)
        {
            config["words"] = words;
        }

        File.WriteAllText(Path.Combine(folder, ConfigName), JsonSerializer.Serialize(config, ModelFolderJson.Indented));
        File.WriteAllText(
            Path.Combine(folder, TokenizerJson.FileName),
            JsonSerializer.Serialize(Json(specials, words ?? []), ModelFolderJson.Indented)
        );
    }

    private static object Json(IReadOnlyList<string> specials, IReadOnlyList<string> words)
    {
        var vocabulary = Enumerable.Range(0, 256).ToDictionary(b => ByteLevel.CharacterOf((byte)b).ToString());
        for (var i = 0; i < words.Count; i++)
        {
            vocabulary.TryAdd(ByteLevel.Write(words[i]), 256 + specials.Count + i);
        }

        return new
        {
            version = "1.0",
            added_tokens = specials.Select(
                (content, i) =>
                    new
                    {
                        id = 256 + i,
                        content,
                        single_word = false,
                        lstrip = false,
                        rstrip = false,
                        normalized = false,
                        special = true,
                    }
            ),
            normalizer = (object?)null,
            pre_tokenizer = new
            {
                type = "Sequence",
                pretokenizers = new object[]
                {
                    new
                    {
                        type = "Split",
                        pattern = new { Regex = @" ?[A-Za-z]+|[\s\S]" },
                        behavior = "Isolated",
                        invert = false,
                    },
                    new
                    {
                        type = "ByteLevel",
                        add_prefix_space = false,
                        trim_offsets = false,
                        use_regex = false,
                    },
                },
            },
            post_processor = (object?)null,
            decoder = new
            {
                type = "ByteLevel",
                add_prefix_space = false,
                trim_offsets = false,
                use_regex = false,
            },
            model = new
            {
                type = "BPE",
                dropout = (double?)null,
                unk_token = (string?)null,
                continuing_subword_prefix = (string?)null,
                end_of_word_suffix = (string?)null,
                fuse_unk = false,
                byte_fallback = false,
                ignore_merges = true,
                vocab = vocabulary,
                merges = Array.Empty<string>(),
            },
        };
    }
}
