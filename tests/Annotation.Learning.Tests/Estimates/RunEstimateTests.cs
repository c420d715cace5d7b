using Annotation.Learning.Estimates;
using Annotation.Learning.Models;
using Annotation.Learning.Training;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.Estimates;

public sealed class RunEstimateTests
{
    // 1000 x 64 embedding, per layer 4 x 64 x 64 and 3 x 64 x 192 weights, 2 x 64 norms; 64 in the last norm.
    private const long Parameters = 64_000 + 2 * (16_384 + 36_864 + 128) + 64;
    private static readonly LanguageModelConfig _config = LanguageModelConfig.Llama(1000, 64, 2, 4, 128);
    private static readonly RunLoad _load = new(1, 0, TokensPerPass: 0, TrainedTokens: 1_000_000, ReadTokens: 0);

    [Fact]
    public void Weights_gradients_moments_and_the_best_weights_are_counted()
    {
        Assert.Equal(Parameters * (4 + 4 + 8 + 4), RunEstimate.Of(_config, new MemorySettings(), _load, 1e9).Memory);
        Assert.Equal(
            Parameters * (2 + 2 + 8 + 2 + 4 + 4),
            RunEstimate.Of(_config, new MemorySettings { Precision = WeightPrecision.Bf16 }, _load, 1e9).Memory
        );
        Assert.Equal(
            Parameters * (4 + 4 + 8 + 4 + 4),
            RunEstimate.Of(_config, new MemorySettings(), _load with { Averages = true }, 1e9).Memory
        );
        // Rank 4 on q and v: 2 layers x 2 x 4 x (64 + 64) numbers, of which there are 5 of 4 bytes each.
        var lora = new MemorySettings { LoraRank = 4, LoraTargets = "q_proj,v_proj" };
        Assert.Equal(Parameters * 4 + 2 * 2 * 4 * 128 * 20, RunEstimate.Of(_config, lora, _load, 1e9).Memory);
    }

    [Fact]
    public void Computing_activations_again_takes_less_memory_and_more_time()
    {
        var load = _load with { TokensPerPass = 4096 };
        var kept = RunEstimate.Of(_config with { Layers = 12 }, new MemorySettings(), load, 1e9);
        var again = RunEstimate.Of(_config with { Layers = 12 }, new MemorySettings { RecomputeActivations = true }, load, 1e9);
        Assert.InRange(again.Memory, 0.2 * kept.Memory, 0.7 * kept.Memory);
        Assert.Equal(4 / 3.0, again.Time / kept.Time, 1e-6);
    }

    [Fact]
    public void A_run_that_cannot_fit_is_told_what_to_lower()
    {
        Assert.Null(RunEstimate.Of(_config, new MemorySettings(), _load, 1e9).Shortage(CPU));
        var huge = RunEstimate.Of(_config, new MemorySettings(), _load with { TokensPerPass = 1L << 40 }, 1e9);
        Assert.Null(RunEstimate.Of(_config, new MemorySettings(), _load, 1e9).Squeeze(CPU));
        Assert.EndsWith(" GiB are free now.", huge.Squeeze(CPU), StringComparison.Ordinal);
        Assert.Contains("lower MaxTokensPerPass or the batch, train an adapter (LoraRank)", huge.Shortage(CPU), StringComparison.Ordinal);
    }

    [Fact]
    public void The_speed_is_one_that_a_processor_can_have() => Assert.InRange(RunEstimate.MeasureSpeed(CPU), 1e8, 1e13);
}
