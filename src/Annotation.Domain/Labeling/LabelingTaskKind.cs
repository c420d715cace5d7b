namespace Annotation.Domain.Labeling;

/// <summary>What a labeling task asks for.</summary>
public enum LabelingTaskKind
{
    /// <summary>Rank the completions of a prompt on each criterion.</summary>
    Ranking,

    /// <summary>Write a completion.</summary>
    Demonstration,

    /// <summary>Write some turns of a conversation, of both sides or of one.</summary>
    Dialogue,
}
