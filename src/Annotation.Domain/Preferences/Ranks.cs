namespace Annotation.Domain.Preferences;

/// <summary>The one form in which ranks are stored.</summary>
public static class Ranks
{
    /// <summary>Dense ranks: the same order and ties, counted 1, 2, 3 without gaps (1, 1, 3 becomes 1, 1, 2).</summary>
    public static IReadOnlyDictionary<TKey, int> Dense<TKey>(IReadOnlyDictionary<TKey, int> ranks)
        where TKey : notnull
    {
        var order = ranks
            .Values.Distinct()
            .Order()
            .Select((rank, index) => (rank, index))
            .ToDictionary(pair => pair.rank, pair => pair.index + 1);
        return ranks.ToDictionary(pair => pair.Key, pair => order[pair.Value]);
    }
}
