using System.Text.RegularExpressions;

namespace Annotation.Learning.Text;

/// <summary>
/// Tells the chat templates of the known families apart by what their Jinja source puts around a message. The source is never run: another
/// template is refused, because a model that sees other marks than it was trained with answers badly and nobody knows why.
/// </summary>
internal static partial class KnownTemplates
{
    /// <summary>The template of this source.</summary>
    /// <exception cref="ModelFolderException">It is none of the known ones.</exception>
    internal static ChatTemplate Of(string folder, string source, Tokenizer tokenizer)
    {
        var plain = Plain(source);
        if (
            plain.Contains("'<|im_start|>'+message.role+'\\n'+message.content+'<|im_end|>'", StringComparison.Ordinal)
            || plain.Contains("'<|im_start|>'+message.role+'\\n'+content+'<|im_end|>'", StringComparison.Ordinal)
        )
        {
            var system = DefaultSystem().Match(source);
            return new ChatMlTemplate(
                tokenizer,
                system.Success ? system.Groups[1].Value.Replace("\\n", "\n", StringComparison.Ordinal) : null,
                plain.Contains("</think>", StringComparison.Ordinal)
            );
        }
        if (plain.Contains("'<|start_header_id|>'+message.role+'<|end_header_id|>\\n\\n'+message.content|trim", StringComparison.Ordinal))
        {
            var date = FixedDate().Match(source);
            return new Llama3Template(
                tokenizer,
                !plain.Contains("CuttingKnowledgeDate", StringComparison.Ordinal) ? null
                    : date.Success ? date.Groups[1].Value
                    : "26 Jul 2024"
            );
        }
        if (
            plain.Contains("bos_token+'[INST]'+content.strip()+'[/INST]'", StringComparison.Ordinal)
            && plain.Contains("<<SYS>>", StringComparison.Ordinal)
        )
        {
            return InstTemplate.Llama2(tokenizer);
        }
        if (
            plain.Contains("'[INST]'+message.content+'[/INST]'", StringComparison.Ordinal)
            && !plain.Contains("<<SYS>>", StringComparison.Ordinal)
        )
        {
            return InstTemplate.Mistral(tokenizer, SpacedEnd().IsMatch(source));
        }

        var start = source.ReplaceLineEndings(" ").Trim();
        throw new ModelFolderException(
            folder,
            $"has a chat template that is not one of {ChatMlTemplate.TemplateName} (Qwen, SmolLM2), {Llama3Template.TemplateName}, "
                + $"{InstTemplate.Llama2Name} and {InstTemplate.MistralName}: \"{(start.Length > 80 ? start[..77] + "..." : start)}\""
        );
    }

    /// <summary>Without white space, with single quotes and dots for indices.</summary>
    private static string Plain(string source) =>
        Space()
            .Replace(source, "")
            .Replace('"', '\'')
            .Replace("['role']", ".role", StringComparison.Ordinal)
            .Replace("['content']", ".content", StringComparison.Ordinal);

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    [GeneratedRegex(@"<\|im_start\|>system\\n([^'""{}<|]+)<\|im_end\|>")]
    private static partial Regex DefaultSystem();

    [GeneratedRegex(@"date_string\s*=\s*['""]([^'""]+)['""]")]
    private static partial Regex FixedDate();

    [GeneratedRegex(@"['""] \[/INST\]")]
    private static partial Regex SpacedEnd();
}
