namespace Annotation.Demo.World;

/// <summary>A statement that a subject has a value for an aspect; it may be true or false.</summary>
/// <param name="Subject">Whom it is about.</param>
/// <param name="Aspect">What is said about it.</param>
/// <param name="Value">What it is said to be.</param>
public sealed record Fact(Subject Subject, Aspect Aspect, string Value)
{
    /// <summary>The words after the subject: "lives in the forest".</summary>
    public string Predicate => $"{Aspect.Verb} {Value}";

    /// <summary>Whether the world is so.</summary>
    public bool IsTrue => Encyclopedia.TrueValue(Subject, Aspect) == Value;
}
