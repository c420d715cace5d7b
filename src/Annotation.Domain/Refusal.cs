namespace Annotation.Domain;

/// <summary>An expected failure that a person can mend: wrong input, a lost lease, a name already taken.</summary>
/// <param name="Code">Stable, lower-case, hyphenated; programs decide by it.</param>
/// <param name="Sentence">One line for a person: what is wrong and what to do about it.</param>
public sealed record Refusal(string Code, string Sentence);
