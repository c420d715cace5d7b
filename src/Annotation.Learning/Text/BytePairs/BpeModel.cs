using System.Collections.Concurrent;

namespace Annotation.Learning.Text.BytePairs;

/// <summary>
/// Byte-pair encoding (Sennrich et al. 2016): a piece starts as one id per character, and the adjacent pair of the best rank is merged, the
/// left one of equals, until none is left.
/// </summary>
internal sealed class BpeModel
{
    private const int MostCached = 1 << 16;
    private const int LongestCached = 64;
    private readonly string[] _pieces;
    private readonly IReadOnlyDictionary<string, int> _ids;
    private readonly IReadOnlyDictionary<(int Left, int Right), (int Rank, int Id)> _merges;
    private readonly ConcurrentDictionary<string, int[]> _cache = new(StringComparer.Ordinal);

    /// <summary>A model of these pieces, in the order of their ids.</summary>
    internal BpeModel(
        string[] pieces,
        IReadOnlyDictionary<string, int> ids,
        IReadOnlyDictionary<(int Left, int Right), (int Rank, int Id)> merges
    ) => (_pieces, _ids, _merges) = (pieces, ids, merges);

    /// <summary>Whether characters that are no piece become the pieces of their bytes, &lt;0x00&gt; to &lt;0xFF&gt;.</summary>
    internal bool ByteFallback { get; init; }

    /// <summary>Whether a text that is a piece as a whole is never taken apart (Llama 3).</summary>
    internal bool IgnoreMerges { get; init; }

    /// <summary>What stands for a character that is no piece; null leaves it out.</summary>
    internal int? UnknownId { get; init; }

    internal int Count => _pieces.Length;

    internal IReadOnlyDictionary<string, int> Ids => _ids;

    internal string PieceOf(int id) => _pieces[id];

    /// <summary>Adds the ids of one piece of pre-tokenized text.</summary>
    internal void Encode(string text, List<int> ids)
    {
        if (IgnoreMerges && _ids.TryGetValue(text, out var whole))
        {
            ids.Add(whole);
            return;
        }

        if (_cache.TryGetValue(text, out var known))
        {
            ids.AddRange(known);
            return;
        }

        var merged = Merge(Characters(text));
        if (text.Length <= LongestCached && _cache.Count < MostCached)
        {
            _cache[text] = [.. merged];
        }

        ids.AddRange(merged);
    }

    internal static string ByteName(byte value) => $"<0x{value:X2}>";

    private List<int> Characters(string text)
    {
        var ids = new List<int>(text.Length);
        Span<byte> buffer = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            if (_ids.TryGetValue(rune.ToString(), out var id))
            {
                ids.Add(id);
                continue;
            }

            var bytes = buffer[..rune.EncodeToUtf8(buffer)];
            if (ByteFallback && Bytes(bytes) is { } fallback)
            {
                ids.AddRange(fallback);
            }
            else if (UnknownId is { } unknown)
            {
                ids.Add(unknown);
            }
        }

        return ids;
    }

    private int[]? Bytes(ReadOnlySpan<byte> bytes)
    {
        var ids = new int[bytes.Length];
        for (var i = 0; i < bytes.Length; i++)
        {
            if (!_ids.TryGetValue(ByteName(bytes[i]), out ids[i]))
            {
                return null;
            }
        }

        return ids;
    }

    private List<int> Merge(List<int> ids)
    {
        var (previous, next) = (new int[ids.Count], new int[ids.Count]); // neighbours that are left, or -1
        var queue = new PriorityQueue<(int Left, int LeftId, int RightId, int Merged), (int Rank, int Left)>();
        for (var i = 0; i < ids.Count; i++)
        {
            (previous[i], next[i]) = (i - 1, i + 1 < ids.Count ? i + 1 : -1);
            Offer(i - 1, i);
        }

        while (queue.TryDequeue(out var merger, out _))
        {
            var right = ids[merger.Left] == merger.LeftId ? next[merger.Left] : -1;
            if (right < 0 || ids[right] != merger.RightId)
            {
                continue; // One of the two has been merged with another since.
            }

            (ids[merger.Left], ids[right], next[merger.Left]) = (merger.Merged, -1, next[right]);
            if (next[merger.Left] >= 0)
            {
                previous[next[merger.Left]] = merger.Left;
            }

            Offer(previous[merger.Left], merger.Left);
            Offer(merger.Left, next[merger.Left]);
        }

        ids.RemoveAll(id => id < 0);
        return ids;

        void Offer(int left, int right)
        {
            if (left >= 0 && right >= 0 && _merges.TryGetValue((ids[left], ids[right]), out var merge))
            {
                queue.Enqueue((left, ids[left], ids[right], merge.Id), (merge.Rank, left));
            }
        }
    }
}
