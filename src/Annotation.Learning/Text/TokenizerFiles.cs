using System.Text.Json;
using Annotation.Learning.Text.BytePairs;

namespace Annotation.Learning.Text;

/// <summary>The tokenizer files of a Hugging Face folder, put together.</summary>
internal static class TokenizerFiles
{
    private const string ConfigName = "tokenizer_config.json";
    private const string TemplateName = "chat_template.jinja";

    // All that says something about the tokenizer is kept and saved again as it was.
    private static readonly string[] _kept =
    [
        TokenizerJson.FileName,
        TokenizerJson.VocabularyName,
        TokenizerJson.MergesName,
        SentencePieceModel.FileName,
        ConfigName,
        TemplateName,
        "special_tokens_map.json",
        "added_tokens.json",
    ];

    /// <summary>The tokenizer of a folder with Hugging Face's files; null when it has none.</summary>
    internal static BpeTokenizer? TryLoad(string folder)
    {
        var configPath = Path.Combine(folder, ConfigName);
        using var document = File.Exists(configPath) ? ModelFolderJson.Read(configPath) : JsonDocument.Parse("{}");
        var config = document.RootElement;
        if (ReadParts(folder, config) is not { } parts)
        {
            return null;
        }

        parts = parts with { Added = [.. parts.Added, .. Declared(config, parts)] };
        parts = parts with { Added = [.. parts.Added, .. Named(config, parts)] };
        var eos = IdOf(config, "eos_token", parts) ?? IdOf("<|endoftext|>", parts) ?? IdOf("</s>", parts);
        if (eos is null)
        {
            throw new ModelFolderException(configPath, "field 'eos_token' is missing or no token: completions could not end");
        }

        var bos = IdOf(config, "bos_token", parts);
        return new BpeTokenizer(
            parts with
            {
                EosId = eos.Value,
                BosId = bos ?? IdOf("<|endoftext|>", parts) ?? eos.Value,
                PadId = IdOf(config, "pad_token", parts) ?? IdOf(config, "unk_token", parts) ?? eos.Value,
                AddsBos = bos is not null && (Flag(config, "add_bos_token") ?? parts.StartsWithBos ?? false),
                ChatTemplate = TemplateOf(folder, configPath, config),
                Files = _kept
                    .Where(n => File.Exists(Path.Combine(folder, n)))
                    .ToDictionary(n => n, n => File.ReadAllBytes(Path.Combine(folder, n))),
            }
        );
    }

    private static TokenizerParts? ReadParts(string folder, JsonElement config)
    {
        var (json, model) = (Path.Combine(folder, TokenizerJson.FileName), Path.Combine(folder, SentencePieceModel.FileName));
        var (vocabulary, merges) = (Path.Combine(folder, TokenizerJson.VocabularyName), Path.Combine(folder, TokenizerJson.MergesName));
        return File.Exists(json) ? TokenizerJson.Read(json)
            : File.Exists(model) ? SentencePieceModel.Read(model)
            : File.Exists(vocabulary) && File.Exists(merges) ? TokenizerJson.ReadPair(vocabulary, merges, TextOf(config, "tokenizer_class"))
            : null;
    }

    /// <summary>Tokens that only tokenizer_config.json lists, in <c>added_tokens_decoder</c>.</summary>
    private static IEnumerable<AddedToken> Declared(JsonElement config, TokenizerParts parts)
    {
        if (TokenizerJson.Find(config, "added_tokens_decoder") is not { ValueKind: JsonValueKind.Object } list)
        {
            yield break;
        }
        foreach (var entry in list.EnumerateObject())
        {
            if (int.TryParse(entry.Name, out var id) && id is >= 0 and < 1 << 24 && !parts.Added.Any(t => t.Id == id))
            {
                yield return new AddedToken(id, TextOf(entry.Value, "content") ?? "", Flag(entry.Value, "special") ?? false);
            }
        }
    }

    /// <summary>Tokens of the vocabulary that tokenizer_config.json names as special.</summary>
    private static IEnumerable<AddedToken> Named(JsonElement config, TokenizerParts parts) =>
        new[] { "bos_token", "eos_token", "pad_token", "unk_token" }
            .Select(field => ContentOf(config, field))
            .Append("<|endoftext|>")
            .Distinct()
            .Where(content => content is not null && parts.Added.All(t => t.Content != content) && parts.Model.Ids.ContainsKey(content))
            .Select(content => new AddedToken(parts.Model.Ids[content!], content!, Special: true));

    private static int? IdOf(JsonElement config, string field, TokenizerParts parts) =>
        ContentOf(config, field) is { } content ? IdOf(content, parts) : null;

    private static int? IdOf(string content, TokenizerParts parts) =>
        parts.Added.FirstOrDefault(t => t.Content == content)?.Id ?? (parts.Model.Ids.TryGetValue(content, out var id) ? id : null);

    /// <summary>A token is a text, or an object with one.</summary>
    private static string? ContentOf(JsonElement config, string field) =>
        TokenizerJson.Find(config, field) is { ValueKind: JsonValueKind.Object } token ? TextOf(token, "content") : TextOf(config, field);

    private static string? TemplateOf(string folder, string configPath, JsonElement config)
    {
        var own = Path.Combine(folder, TemplateName);
        if (File.Exists(own))
        {
            return File.ReadAllText(own);
        }

        return TokenizerJson.Find(config, "chat_template") switch
        {
            null => null,
            { ValueKind: JsonValueKind.String } text => text.GetString(),
            { ValueKind: JsonValueKind.Array } list => list.EnumerateArray()
                .Where(t => TextOf(t, "name") == "default")
                .Select(t => TextOf(t, "template"))
                .FirstOrDefault(),
            _ => throw new ModelFolderException(configPath, "field 'chat_template' is neither a text nor a list of named ones"),
        };
    }

    private static string? TextOf(JsonElement element, string field) =>
        TokenizerJson.Find(element, field) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static bool? Flag(JsonElement element, string field) =>
        TokenizerJson.Find(element, field)?.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        };
}
