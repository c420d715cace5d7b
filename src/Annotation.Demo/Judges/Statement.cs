using Annotation.Demo.World;

namespace Annotation.Demo.Judges;

/// <summary>What a sentence of an answer does.</summary>
public enum StatementKind
{
    /// <summary>States facts or a comparison about a subject.</summary>
    Claim,

    /// <summary>Says something kind about a subject.</summary>
    Praise,

    /// <summary>A polite word that neither helps nor hurts.</summary>
    Courtesy,

    /// <summary>Insults or dismisses the reader.</summary>
    Rude,

    /// <summary>Anything the world has no meaning for, unfinished sentences included.</summary>
    Nonsense,
}

/// <summary>A sentence of an answer, understood.</summary>
/// <param name="Text">The sentence without its full stop.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Subject">Whom it is about, for claims and praise.</param>
/// <param name="Facts">The facts it states.</param>
/// <param name="Comparison">The comparison it states.</param>
public sealed record Statement(string Text, StatementKind Kind, Subject? Subject, IReadOnlyList<Fact> Facts, Comparison? Comparison);
