namespace Annotation.Learning.Generation;

/// <summary>Lists of ids are equal when their ids are.</summary>
internal sealed class IdsComparer : IEqualityComparer<IReadOnlyList<int>>
{
    internal static IdsComparer Instance { get; } = new();

    public bool Equals(IReadOnlyList<int>? x, IReadOnlyList<int>? y) => x!.SequenceEqual(y!);

    public int GetHashCode(IReadOnlyList<int> ids)
    {
        var hash = new HashCode();
        foreach (var id in ids)
        {
            hash.Add(id);
        }

        return hash.ToHashCode();
    }
}
