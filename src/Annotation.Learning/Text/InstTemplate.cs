namespace Annotation.Learning.Text;

/// <summary><c>[INST] question [/INST] answer</c>, of Llama 2 and Mistral; what the system says stands within a question.</summary>
public sealed class InstTemplate : ChatTemplate
{
    internal const string Llama2Name = "llama2";
    internal const string MistralName = "mistral";
    private readonly bool _llama2;
    private readonly bool _spaced;

    /// <summary>Llama 2's, in which each question begins with bos.</summary>
    public static InstTemplate Llama2(Tokenizer tokenizer) => new(tokenizer, llama2: true, spaced: true);

    /// <summary>Mistral's; in the first two versions a space stands before <c>[/INST]</c>, later it does not.</summary>
    public static InstTemplate Mistral(Tokenizer tokenizer, bool spaced) => new(tokenizer, llama2: false, spaced);

    private InstTemplate(Tokenizer tokenizer, bool llama2, bool spaced)
        : base(tokenizer) => (_llama2, _spaced) = (llama2, spaced);

    public override string Name => _llama2 ? Llama2Name : MistralName;

    public override IReadOnlyList<int> EncodePrompt(IReadOnlyList<Message> prompt)
    {
        var ids = new ConversationIds(Tokenizer);
        var system = prompt.Where(m => m.Role == SystemRole).Select(m => m.Content).FirstOrDefault();
        var turns = prompt.Where(m => m.Role != SystemRole).ToList();
        // Llama 2 and the first Mistrals put the system's words into the first question, later Mistrals into the last.
        var place = _spaced ? turns.FindIndex(m => m.Role != AssistantRole) : turns.FindLastIndex(m => m.Role != AssistantRole);
        if (!_llama2)
        {
            ids.Id(Tokenizer.BosId);
        }

        for (var i = 0; i < turns.Count; i++)
        {
            var (role, content) = turns[i];
            if (role == AssistantRole)
            {
                ids.Text(_llama2 || !_spaced ? " " + content.Trim() : " " + content).Text(_llama2 ? " " : "").Id(Tokenizer.EosId);
                continue;
            }
            if (_llama2)
            {
                ids.Id(Tokenizer.BosId);
            }

            var words =
                i == place && system is not null
                    ? _llama2
                        ? $"<<SYS>>\n{system}\n<</SYS>>\n\n{content}"
                        : $"{system}\n\n{content}"
                    : content;
            ids.Special("[INST]").Text(" " + (_llama2 ? words.Trim() : words) + (_spaced ? " " : "")).Special("[/INST]");
        }

        return ids.ToIds();
    }

    /// <summary>An answer follows its question after a space.</summary>
    public override IReadOnlyList<int> EncodeCompletion(string text) => Tokenizer.EncodeContinuation(" " + text);

    public override string DecodeCompletion(ReadOnlySpan<int> ids)
    {
        var text = Tokenizer.Decode(ids);
        return text.StartsWith(' ') ? text[1..] : text;
    }
}
