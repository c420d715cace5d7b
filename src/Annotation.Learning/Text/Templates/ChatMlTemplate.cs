namespace Annotation.Learning.Text.Templates;

/// <summary><c>&lt;|im_start|&gt;role\ncontent&lt;|im_end|&gt;\n</c> for each turn (Qwen, SmolLM2).</summary>
/// <param name="tokenizer">Has both marks as special tokens.</param>
/// <param name="defaultSystem">What the system says where a conversation has no such turn; null for nothing.</param>
/// <param name="dropsThoughts">Whether an earlier answer loses what it thought, up to <c>&lt;/think&gt;</c> (Qwen3).</param>
public sealed class ChatMlTemplate(Tokenizer tokenizer, string? defaultSystem = null, bool dropsThoughts = false) : ChatTemplate(tokenizer)
{
    internal const string TemplateName = "chatml";
    private const string Start = "<|im_start|>";
    private const string End = "<|im_end|>";
    private const string EndOfThought = "</think>";

    public override string Name => TemplateName;

    public override IReadOnlyList<int> EncodePrompt(IReadOnlyList<Message> prompt)
    {
        var ids = new ConversationIds(Tokenizer);
        if (defaultSystem is not null && (prompt.Count == 0 || prompt[0].Role != SystemRole))
        {
            Turn(SystemRole, defaultSystem);
        }

        foreach (var (role, content) in prompt)
        {
            var cut = dropsThoughts && role == AssistantRole ? content.LastIndexOf(EndOfThought, StringComparison.Ordinal) : -1;
            Turn(role, cut < 0 ? content : content[(cut + EndOfThought.Length)..].TrimStart('\n'));
        }

        return ids.Special(Start).Text(AssistantRole + "\n").ToIds();

        void Turn(string role, string content) => ids.Special(Start).Text($"{role}\n{content}").Special(End).Text("\n");
    }
}
