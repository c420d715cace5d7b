using Annotation.Learning.PolicyGradients;
using Annotation.Learning.Tensors;
using Annotation.Learning.Tests.Training;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.PolicyGradients;

public sealed class CompletionBatchTests
{
    private const int End = 257;

    [Fact]
    public void Each_token_is_predicted_from_the_position_before_it()
    {
        using var scope = NewDisposeScope();
        var batch = CompletionBatch.Of([Rollout([1, 2, 3], [4, 5, End]), Rollout([6], [7])], End, CPU);
        Assert.Equal([1, 2, 3, 4, 5, End, 6, 7, 0, 0, 0, 0], batch.Ids.data<long>().ToArray());
        // Row 0: prompt of 3, so the first token is predicted at position 2; row 1 starts at 6.
        Assert.Equal([2, 3, 4, 6, 6, 6], batch.Positions.data<long>().ToArray());
        Assert.Equal([1, 1, 1, 1, 0, 0], batch.Mask.data<long>().ToArray());
    }

    [Fact]
    public void The_end_token_is_real_and_nothing_after_it_is()
    {
        using var scope = NewDisposeScope();
        var batch = CompletionBatch.Of([Rollout([1], [4, End, 9, End])], End, CPU);
        Assert.Equal([1, 1, 0, 0], batch.Mask.data<long>().ToArray());
    }

    [Fact]
    public void Log_probabilities_do_not_depend_on_the_rows_beside_them()
    {
        using var scope = NewDisposeScope();
        using var model = TrainableModels.Create();
        var row = Rollout([65, 66], [67, 68, End]);
        var alone = Logp([row]);
        var beside = Logp([Rollout([65, 66, 70, 71, 72], [67, 68, 69, 70, 71]), row]);
        Assert.Equal(alone[0], beside[1][..3], (a, b) => Math.Abs(a - b) < 1e-5);

        float[][] Logp(IReadOnlyList<Rollout> rollouts)
        {
            var batch = CompletionBatch.Of(rollouts, End, CPU);
            var logp = LogProbabilities.TokenLogProbabilities(batch.Logits(model.Model), batch.Labels);
            return [.. Enumerable.Range(0, rollouts.Count).Select(i => logp[i].detach().data<float>().ToArray())];
        }
    }

    private static Rollout Rollout(int[] prompt, int[] completion) => new([], prompt, completion, completion.Contains(End), "");
}
