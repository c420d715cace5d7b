namespace Annotation.Learning.Training;

/// <summary>Splits rows of uneven length into groups that waste little on padding.</summary>
public static class LengthBuckets
{
    /// <summary>
    /// Groups of row indices, shortest rows first. A group is closed when the next row is a third (and 8 tokens) longer than its
    /// shortest, or when padding it to the longest would take more than <paramref name="maxTokens"/> tokens.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<int>> Split(IReadOnlyList<int> lengths, int maxTokens)
    {
        var groups = new List<IReadOnlyList<int>>();
        var group = new List<int>();
        foreach (var row in Enumerable.Range(0, lengths.Count).OrderBy(i => lengths[i]))
        {
            if (group.Count > 0 && (lengths[row] > lengths[group[0]] * 4 / 3 + 8 || lengths[row] * (group.Count + 1) > maxTokens))
            {
                groups.Add(group);
                group = [];
            }
            group.Add(row);
        }
        if (group.Count > 0)
        {
            groups.Add(group);
        }
        return groups;
    }
}
