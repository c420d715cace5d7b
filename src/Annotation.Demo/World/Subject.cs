namespace Annotation.Demo.World;

/// <summary>An animal, place or thing, with what is true of it.</summary>
/// <param name="Name">A single lower-case word, written with "the" in front.</param>
/// <param name="Kind">Animal, place or thing.</param>
/// <param name="Values">The true value for each aspect of its kind, in the order of <see cref="Encyclopedia.AspectsOf"/>.</param>
/// <param name="Size">Rank of its size among subjects of the same kind: a larger number is a larger subject.</param>
public sealed record Subject(string Name, SubjectKind Kind, IReadOnlyList<string> Values, int Size);
