namespace Annotation.Learning.Text.Templates;

/// <summary><c>[INST] question [/INST] answer</c>, of Llama 2 and Mistral; what the system says stands within a question.</summary>
public sealed class InstTemplate : ChatTemplate
{
    internal const string Llama2Name = "llama2";
    internal const string MistralName = "mistral";
    private readonly bool _llama2;
    private readonly bool _spaced;
    private readonly bool _spacedAnswer;
    private readonly bool _trims;
    private readonly bool _spacedEnd;

    /// <summary>Llama 2's, in which each question begins with bos.</summary>
    public static InstTemplate Llama2(Tokenizer tokenizer) =>
        new(tokenizer, llama2: true, spaced: true, spacedAnswer: true, trims: true, spacedEnd: false);

    /// <summary>Mistral's, whose versions differ in white space.</summary>
    /// <param name="tokenizer">Knows bos and eos.</param>
    /// <param name="spaced">Whether a space stands before <c>[/INST]</c>, as in the first two versions.</param>
    /// <param name="spacedAnswer">Whether one stands before an answer.</param>
    /// <param name="trims">Whether earlier answers lose the white space around them.</param>
    /// <param name="spacedEnd">Whether a space follows an answer's eos.</param>
    public static InstTemplate Mistral(Tokenizer tokenizer, bool spaced, bool spacedAnswer, bool trims, bool spacedEnd) =>
        new(tokenizer, llama2: false, spaced, spacedAnswer, trims, spacedEnd);

    private InstTemplate(Tokenizer tokenizer, bool llama2, bool spaced, bool spacedAnswer, bool trims, bool spacedEnd)
        : base(tokenizer) => (_llama2, _spaced, _spacedAnswer, _trims, _spacedEnd) = (llama2, spaced, spacedAnswer, trims, spacedEnd);

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
                ids.Text((_spacedAnswer ? " " : "") + (_trims ? content.Trim() : content) + (_llama2 ? " " : ""));
                ids.Id(Tokenizer.EosId).Text(_spacedEnd ? " " : "");
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

    /// <inheritdoc/>
    public override IReadOnlyList<int> EncodeCompletion(string text) => Tokenizer.EncodeContinuation((_spacedAnswer ? " " : "") + text);

    public override string DecodeCompletion(ReadOnlySpan<int> ids)
    {
        var text = Tokenizer.Decode(ids);
        return _spacedAnswer && text.StartsWith(' ') ? text[1..] : text;
    }
}
