namespace Annotation.Demo.World;

/// <summary>A statement about the sizes of two subjects of one kind.</summary>
/// <param name="Subject">The one that is said to be larger or smaller.</param>
/// <param name="Other">The one it is compared with.</param>
/// <param name="Larger">Whether the first is said to be the larger one.</param>
public sealed record Comparison(Subject Subject, Subject Other, bool Larger)
{
    /// <summary>The words after the first subject: "is larger than the owl".</summary>
    public string Predicate => $"is {(Larger ? "larger" : "smaller")} than the {Other.Name}";

    /// <summary>Whether the world is so.</summary>
    public bool IsTrue => Subject.Kind == Other.Kind && Subject.Size != Other.Size && Subject.Size > Other.Size == Larger;
}
