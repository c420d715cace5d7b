namespace Annotation.Demo.World;

/// <summary>What sort of thing a subject is; it decides which aspects it has.</summary>
public enum SubjectKind
{
    Animal,
    Place,
    Thing,
}
