using System.Text.RegularExpressions;

namespace Annotation.Learning.Text.Templates;

/// <summary>
/// Tells the chat templates of the known families apart by what their Jinja source puts around a message, to the letter. The source is never
/// run: another template is refused, because a model that sees other marks than it was trained with answers badly and nobody knows why.
/// </summary>
internal static partial class KnownTemplates
{
    /// <summary>The template of this source.</summary>
    /// <exception cref="ModelFolderException">It is none of the known ones.</exception>
    internal static ChatTemplate Of(string folder, string source, Tokenizer tokenizer)
    {
        var jinja = new JinjaSource(source);
        return ChatMl(jinja, tokenizer) as ChatTemplate
            ?? Llama3(jinja, tokenizer) as ChatTemplate
            ?? Llama2(jinja, tokenizer)
            ?? Mistral(jinja, tokenizer)
            ?? throw Unknown(folder, source);
    }

    private static ModelFolderException Unknown(string folder, string source)
    {
        var start = source.ReplaceLineEndings(" ").Trim();
        return new(
            folder,
            $"has a chat template that is not one of {ChatMlTemplate.TemplateName} (Qwen, SmolLM2), {Llama3Template.TemplateName}, "
                + $"{InstTemplate.Llama2Name} and {InstTemplate.MistralName}: \"{(start.Length > 80 ? start[..77] + "..." : start)}\""
        );
    }

    private static ChatMlTemplate? ChatMl(JinjaSource jinja, Tokenizer tokenizer)
    {
        const string Start = "<|im_start|>";
        const string Answer = Start + @"assistant\n";
        var defaults = jinja.Literals.Select(l => DefaultSystem().Match(l)).Where(m => m.Success).Select(m => m.Groups[1].Value);
        var systems = defaults.Distinct().ToList();
        if (
            !(
                jinja.Has(@"'<|im_start|>'+message.role+'\n'+message.content+'<|im_end|>'+'\n'")
                || jinja.Has(@"'<|im_start|>'+message.role+'\n'+content+'<|im_end|>'+'\n'")
            )
            // Something beside the turns, or an answer that begins with more than its role (a thought, for one).
            || jinja.Has("bos_token")
            || jinja.Has("strftime_now")
            || !jinja.Literals.Contains(Answer)
            || jinja.Literals.Any(l => l.StartsWith(Start + "assistant", StringComparison.Ordinal) && l != Answer)
            || jinja.Literals.Any(l => l.StartsWith(Start + "system", StringComparison.Ordinal) && !SystemStart().IsMatch(l))
            || systems.Count > 1
        )
        {
            return null;
        }
        return new(
            tokenizer,
            systems.Count == 0 ? null : systems[0].Replace(@"\n", "\n", StringComparison.Ordinal),
            jinja.Literals.Any(l => l.Contains("</think>", StringComparison.Ordinal))
        );
    }

    private static Llama3Template? Llama3(JinjaSource jinja, Tokenizer tokenizer)
    {
        if (
            !jinja.Has(@"'<|start_header_id|>'+message.role+'<|end_header_id|>\n\n'+message.content|trim+'<|eot_id|>'")
            || !jinja.Has("bos_token")
            || !jinja.Literals.Contains(@"<|start_header_id|>assistant<|end_header_id|>\n\n")
        )
        {
            return null;
        }
        // Llama 3.1 and 3.2 have a system turn of their own, with a date.
        var dated = jinja.Literals.Contains(@"Cutting Knowledge Date: December 2023\n");
        var date = FixedDate().Match(jinja.Text);
        return dated ? new(tokenizer, date.Success ? date.Groups[1].Value : "26 Jul 2024")
            : jinja.Has("Cutting Knowledge") || jinja.Has("strftime_now") ? null
            : new(tokenizer);
    }

    private static InstTemplate? Llama2(JinjaSource jinja, Tokenizer tokenizer) =>
        jinja.Has("bos_token+'[INST] '+content.strip()+' [/INST]'")
        && jinja.Has(@"'<<SYS>>\n'+system_message+'\n<</SYS>>\n\n'")
        && jinja.Has("' '+content.strip()+' '+eos_token")
            ? InstTemplate.Llama2(tokenizer)
            : null;

    private static InstTemplate? Mistral(JinjaSource jinja, Tokenizer tokenizer)
    {
        var spaced = jinja.Has("'[INST] '+message.content+' [/INST]'");
        var answer = MistralAnswer().Match(jinja.Text);
        return
            (spaced || jinja.Has("'[INST] '+message.content+'[/INST]'"))
            && (jinja.Has("{{bos_token}}") || jinja.Has("{{-bos_token}}"))
            && answer.Success
            && !jinja.Has("<<SYS>>")
            ? InstTemplate.Mistral(
                tokenizer,
                spaced,
                spacedAnswer: answer.Groups[1].Success,
                trims: answer.Groups[2].Success,
                spacedEnd: answer.Groups[3].Success
            )
            : null;
    }

    [GeneratedRegex(@"^<\|im_start\|>system\\n([^{}<|]+)<\|im_end\|>\\n$")]
    private static partial Regex DefaultSystem();

    [GeneratedRegex(@"^<\|im_start\|>system(\\n([^{}<|]+<\|im_end\|>\\n)?)?$")]
    private static partial Regex SystemStart();

    [GeneratedRegex(@"date_string='([^']+)'")]
    private static partial Regex FixedDate();

    // What stands before an answer, whether it is trimmed, and what follows its end.
    [GeneratedRegex(@"\{-?(' '\+)?message\.content(\|trim|\.strip\(\))?\+eos_token(\+' ')?-?\}\}")]
    private static partial Regex MistralAnswer();
}
