namespace Annotation.Domain.Labeling;

/// <summary>Who gets a task that a labeler skipped. A skip never counts as a judgement.</summary>
public enum SkipPolicy
{
    /// <summary>Only others; never again the person who skipped it.</summary>
    Others,

    /// <summary>Others at once; the person who skipped it too, later, when nothing else is left.</summary>
    Later,
}
