namespace Annotation.Learning.Training;

/// <summary>Which rows each optimizer step learns from: every epoch takes all rows once, in an order of its own.</summary>
/// <param name="rows">Number of rows, at least one.</param>
/// <param name="batchSize">Rows per step; the last step of an epoch takes what is left.</param>
/// <param name="seed">Decides the orders.</param>
public sealed class EpochOrder(int rows, int batchSize, ulong seed)
{
    private int _epoch = -1;
    private int[] _order = [];

    /// <summary>Steps that take all rows once.</summary>
    public int StepsPerEpoch { get; } = (rows + batchSize - 1) / batchSize;

    /// <summary>The rows of a step, counted from 0. A function of the seed and the step alone.</summary>
    public ArraySegment<int> Batch(int step)
    {
        var (epoch, within) = (step / StepsPerEpoch, step % StepsPerEpoch);
        if (epoch != _epoch)
        {
            (_epoch, _order) = (epoch, new SeededRandom(seed, epoch).Permutation(rows));
        }
        return new(_order, within * batchSize, Math.Min(batchSize, rows - within * batchSize));
    }
}
