using System.Text;

namespace Annotation.Learning.Text.Templates;

/// <summary>
/// The ids of a rendered conversation. Text between two special tokens is encoded as one, as Hugging Face's tools do with the whole
/// rendered text; special tokens go in by id, so that no message's text becomes one.
/// </summary>
internal sealed class ConversationIds(Tokenizer tokenizer)
{
    private readonly List<int> _ids = [];
    private readonly StringBuilder _text = new();

    /// <summary>Adds text.</summary>
    internal ConversationIds Text(string text)
    {
        _text.Append(text);
        return this;
    }

    /// <summary>Adds a special token by its text, or the text where the vocabulary has no such token.</summary>
    internal ConversationIds Special(string token) => tokenizer.SpecialId(token) is { } id ? Id(id) : Text(token);

    /// <summary>Adds an id.</summary>
    internal ConversationIds Id(int id)
    {
        Flush();
        _ids.Add(id);
        return this;
    }

    /// <summary>All ids so far.</summary>
    internal IReadOnlyList<int> ToIds()
    {
        Flush();
        return _ids;
    }

    private void Flush()
    {
        if (_text.Length > 0)
        {
            _ids.AddRange(tokenizer.Encode(_text.ToString()));
            _text.Clear();
        }
    }
}
