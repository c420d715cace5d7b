namespace Annotation.Domain.Labeling;

/// <summary>How long a task stays with the person it was handed to.</summary>
public static class LeaseSettings
{
    /// <summary>
    /// Long enough to write a demonstration without renewing (the page renews every minute while it is open), short
    /// enough that a task left behind is with somebody else in the same sitting.
    /// </summary>
    public static readonly TimeSpan Duration = TimeSpan.FromMinutes(15);

    /// <summary>How many tasks one person may hold beside a new one: a few tabs that fetch ahead, no hoard.</summary>
    public const int MaxAhead = 16;
}
