using Annotation.Learning.Text.BytePairs;

namespace Annotation.Learning.Text.Templates;

/// <summary>How a conversation becomes the ids that a model sees.</summary>
/// <remarks>
/// Prompt and completion are encoded apart and joined as ids, so that the boundary a model is trained on is exactly the
/// one it generates from.
/// </remarks>
public abstract class ChatTemplate(Tokenizer tokenizer)
{
    /// <summary>Role of what the platform says to the model.</summary>
    protected const string SystemRole = "system";

    /// <summary>Role of what people say to the model.</summary>
    protected const string UserRole = "user";

    /// <summary>Role of what the model says.</summary>
    protected const string AssistantRole = "assistant";

    // What templates of one name differ in: a system turn of their own, white space, earlier answers.
    private static readonly IReadOnlyList<IReadOnlyList<Message>> _probes =
    [
        [new(UserRole, " a ")],
        [new(SystemRole, " b "), new(UserRole, " a "), new(AssistantRole, "<think>c</think> d "), new(UserRole, "e")],
    ];

    /// <summary>The name under which a model folder records the template.</summary>
    public abstract string Name { get; }

    protected Tokenizer Tokenizer { get; } = tokenizer;

    /// <summary>What the policy sees: the conversation, up to where the assistant's completion starts.</summary>
    public abstract IReadOnlyList<int> EncodePrompt(IReadOnlyList<Message> prompt);

    /// <summary>The ids of a completion, without the one that ends it.</summary>
    public virtual IReadOnlyList<int> EncodeCompletion(string text) => Tokenizer.EncodeContinuation(text);

    /// <summary>The text of a completion's ids.</summary>
    public virtual string DecodeCompletion(ReadOnlySpan<int> ids) => Tokenizer.Decode(ids);

    /// <summary>Whether another template makes the same ids of the same conversations and completions.</summary>
    public bool HasIdsOf(ChatTemplate other) =>
        ReferenceEquals(this, other)
        || (
            Name == other.Name
            && Tokenizer.HasIdsOf(other.Tokenizer)
            && _probes.All(p => EncodePrompt(p).SequenceEqual(other.EncodePrompt(p)))
            && EncodeCompletion(" a").SequenceEqual(other.EncodeCompletion(" a"))
        );

    /// <summary>The template that suits a tokenizer: its folder's, roles where it has markers for them, else plain text.</summary>
    /// <exception cref="ModelFolderException">The folder's template is none of the known ones.</exception>
    public static ChatTemplate For(Tokenizer tokenizer, string folder = "") =>
        tokenizer is BpeTokenizer { ChatTemplateSource: { } source } ? KnownTemplates.Of(folder, source, tokenizer)
        : tokenizer.RoleId(AssistantRole) is null ? new PlainTemplate(tokenizer)
        : new RolesTemplate(tokenizer);

    /// <summary>The template of this name, or null when there is none for this tokenizer.</summary>
    public static ChatTemplate? Find(string name, Tokenizer tokenizer)
    {
        var usual = name == PlainTemplate.TemplateName ? null : For(tokenizer);
        return name switch
        {
            PlainTemplate.TemplateName => new PlainTemplate(tokenizer),
            _ when usual?.Name == name => usual,
            ChatMlTemplate.TemplateName when tokenizer.SpecialId("<|im_start|>") is not null => new ChatMlTemplate(tokenizer),
            _ => null,
        };
    }
}
