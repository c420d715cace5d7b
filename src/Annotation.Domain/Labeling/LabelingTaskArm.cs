namespace Annotation.Domain.Labeling;

/// <summary>Whether the number of judgements of a task may follow from the judgements themselves.</summary>
public enum LabelingTaskArm
{
    /// <summary>One more judgement when the judges split, no more when they agree.</summary>
    Adaptive,

    /// <summary>Always as many as the cap says, so that figures made of this arm are not biased by when judges agree.</summary>
    Random,
}
