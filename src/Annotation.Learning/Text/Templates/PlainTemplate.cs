namespace Annotation.Learning.Text.Templates;

/// <summary>What begins a document, then the contents joined by line breaks; the completion continues the text.</summary>
public sealed class PlainTemplate(Tokenizer tokenizer) : ChatTemplate(tokenizer)
{
    internal const string TemplateName = "plain";

    public override string Name => TemplateName;

    public override IReadOnlyList<int> EncodePrompt(IReadOnlyList<Message> prompt) =>
        [.. Tokenizer.DocumentStart, .. Tokenizer.Encode(string.Join('\n', prompt.Select(m => m.Content)))];
}
