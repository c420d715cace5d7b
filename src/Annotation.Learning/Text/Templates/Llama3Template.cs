namespace Annotation.Learning.Text.Templates;

/// <summary><c>&lt;|start_header_id|&gt;role&lt;|end_header_id|&gt;\n\ncontent&lt;|eot_id|&gt;</c> for each turn.</summary>
/// <param name="tokenizer">Has these marks as special tokens.</param>
/// <param name="date">
/// The day that the system turn of Llama 3.1 and 3.2 names, as the template's own fixed one; null for Llama 3, which has no such turn.
/// </param>
public sealed class Llama3Template(Tokenizer tokenizer, string? date = null) : ChatTemplate(tokenizer)
{
    internal const string TemplateName = "llama3";

    public override string Name => TemplateName;

    public override IReadOnlyList<int> EncodePrompt(IReadOnlyList<Message> prompt)
    {
        var ids = new ConversationIds(Tokenizer).Id(Tokenizer.BosId);
        var turns = prompt.AsEnumerable();
        if (date is not null)
        {
            var system = prompt.Count > 0 && prompt[0].Role == SystemRole ? prompt[0].Content.Trim() : "";
            turns = prompt.SkipWhile((turn, i) => i == 0 && turn.Role == SystemRole);
            Turn(SystemRole, $"Cutting Knowledge Date: December 2023\nToday Date: {date}\n\n{system}");
        }

        foreach (var (role, content) in turns)
        {
            Turn(role, content.Trim());
        }

        return Header(AssistantRole).ToIds();

        ConversationIds Header(string role) => ids.Special("<|start_header_id|>").Text(role).Special("<|end_header_id|>").Text("\n\n");

        void Turn(string role, string content) => Header(role).Text(content).Special("<|eot_id|>");
    }
}
