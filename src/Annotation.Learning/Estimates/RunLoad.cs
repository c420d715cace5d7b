namespace Annotation.Learning.Estimates;

/// <summary>How much a run holds and computes.</summary>
/// <param name="TrainedModels">Networks of the base model's size that are trained at a time.</param>
/// <param name="FrozenModels">Networks of its size that are only read, a reference that shares frozen weights not among them.</param>
/// <param name="TokensPerPass">Tokens of the largest pass that gradients are computed for, pads included.</param>
/// <param name="TrainedTokens">Tokens that are read forwards and backwards in the whole run.</param>
/// <param name="ReadTokens">Tokens that are only read, or written, in the whole run.</param>
public sealed record RunLoad(int TrainedModels, int FrozenModels, long TokensPerPass, long TrainedTokens, long ReadTokens)
{
    /// <summary>Whether a moving average of one network's trained weights is held too.</summary>
    public bool Averages { get; init; }
}
