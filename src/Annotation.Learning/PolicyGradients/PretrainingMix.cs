using Annotation.Learning.Models;
using Annotation.Learning.Sft;
using Annotation.Learning.Training;

namespace Annotation.Learning.PolicyGradients;

/// <summary>
/// The language-model loss on demonstrations that keeps a policy from forgetting them while it chases a reward: PPO-ptx (Ouyang et
/// al. 2022, eq. 2), with token means instead of sums.
/// </summary>
internal sealed class PretrainingMix(LanguageModel model, IReadOnlyList<SftRow> rows, int batchSize, int seed)
{
    private const int Path = 4;
    private const int TokensPerPass = 16384;

    /// <summary>Adds coefficient * loss of the rows drawn at this place to the gradients, told of after each pass; gives the loss in nats per target.</summary>
    internal double Backward(double coefficient, ReadOnlySpan<int> place, Action afterPass)
    {
        var random = new SeededRandom((ulong)seed, [Path, .. place]);
        var drawn = Enumerable.Range(0, Math.Min(batchSize, rows.Count)).Select(_ => rows[random.NextInt(rows.Count)]).ToList();
        return new SftBatchLoss(model, TokensPerPass, packedLength: null).Backward(drawn, coefficient, afterPass);
    }
}
