namespace Annotation.Demo.Corpora;

/// <summary>A document of the pretraining corpus.</summary>
/// <param name="Messages">
/// The conversation, roles user, assistant and system, the last message by the assistant; a plain text is a single such message.
/// </param>
public sealed record CorpusDocument(IReadOnlyList<(string Role, string Content)> Messages)
{
    /// <summary>Whether it is a plain text.</summary>
    public bool IsText => Messages.Count == 1;

    /// <summary>The text, or the last message of the conversation.</summary>
    public string Text => Messages[^1].Content;
}
