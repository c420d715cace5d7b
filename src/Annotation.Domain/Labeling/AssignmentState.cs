namespace Annotation.Domain.Labeling;

/// <summary>Where an assignment stands.</summary>
public enum AssignmentState
{
    /// <summary>Leased, or its lease ran out and nobody has noticed yet.</summary>
    Active,

    /// <summary>Answered.</summary>
    Submitted,

    /// <summary>Given back with a reason; never offered to this person again.</summary>
    Skipped,

    /// <summary>The lease ran out and the task went to somebody else.</summary>
    Expired,
}
