namespace Annotation.Domain.Dialogues;

/// <summary>Which turns of a dialogue a person writes.</summary>
public enum DialogueSeat
{
    /// <summary>All of them.</summary>
    Both,

    /// <summary>The user's.</summary>
    User,

    /// <summary>The assistant's.</summary>
    Assistant,
}
