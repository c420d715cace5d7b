namespace Annotation.Domain.Labeling;

/// <summary>Where an assignment stands.</summary>
public enum AssignmentState
{
    /// <summary>Leased, or its lease ran out and nobody has noticed yet.</summary>
    Active,

    /// <summary>Answered.</summary>
    Submitted,

    /// <summary>Given back with a reason; offered to this person again only where the project says so.</summary>
    Skipped,

    /// <summary>The lease ran out and the place was given back; it can be taken again while it is free.</summary>
    Expired,

    /// <summary>Answered, and the judgement was taken back by an admin; never offered to this person again.</summary>
    Retracted,
}
