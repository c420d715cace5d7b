namespace Annotation.Learning.Sft;

/// <summary>Packing of token rows of uneven length into rows of a fixed length.</summary>
public static class BestFitDecreasing
{
    /// <summary>
    /// Best-fit decreasing bin packing: longest item first, each into the fullest bin that still holds it. An item longer
    /// than <paramref name="capacity"/> counts as a full bin (its row is to be truncated), an empty one is left out; items
    /// of equal length keep their order, and of bins with equal room the one that reached it first is taken. Source: TRL
    /// data_utils <c>_pack_bfd</c>. Returns the item indices of each bin.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<int>> Pack(IReadOnlyList<int> lengths, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        var bins = new List<List<int>>();
        var binsByRoom = new Queue<int>[capacity + 1];
        var rooms = new SortedSet<int>();
        foreach (var item in Enumerable.Range(0, lengths.Count).Where(i => lengths[i] > 0).OrderByDescending(i => Length(i)))
        {
            var room = rooms.GetViewBetween(Length(item), capacity).FirstOrDefault(-1);
            int bin;
            if (room < 0)
            {
                room = capacity;
                bin = bins.Count;
                bins.Add([]);
            }
            else
            {
                bin = binsByRoom[room].Dequeue();
                if (binsByRoom[room].Count == 0)
                {
                    rooms.Remove(room);
                }
            }
            bins[bin].Add(item);
            var left = room - Length(item);
            if (left > 0)
            {
                (binsByRoom[left] ??= new()).Enqueue(bin);
                rooms.Add(left);
            }
        }
        return bins;

        int Length(int item) => Math.Min(lengths[item], capacity);
    }
}
