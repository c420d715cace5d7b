using Annotation.Learning.Models;
using Annotation.Learning.Optimization;
using Annotation.Learning.PolicyGradients;
using Annotation.Learning.Tensors;
using Annotation.Learning.Training;
using static TorchSharp.torch;

namespace Annotation.Learning.Ppo;

/// <summary>PPO's part of an iteration: token rewards, values, advantages, the clipped loss, and the value model's own steps.</summary>
internal sealed class PpoObjective(PpoSettings settings, Pretrained policy, ValueModel valueModel) : PolicyObjective
{
    internal override bool WeighsByTokens => settings.Aggregation == TokenAggregation.TokenMean;

    internal override IEnumerable<(string Name, Tensor Value)> OwnWeights => valueModel.Weights().Select(w => ("value." + w.Key, w.Value));

    internal override bool PolicyLearns(int iteration) => iteration >= settings.ValueWarmupIterations;

    /// <summary>Rewards, advantages (whitened over the rollout's real tokens) and returns.</summary>
    internal override Experience Weigh(Experience measured, double klCoefficient, Dictionary<string, double> metrics, CancellationToken ct)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var mask = measured.Mask;
        var rowsPerPass = settings.RowsPerPass ?? settings.MinibatchSize;
        var values = Experience.InPasses(measured.Rollouts, rowsPerPass, policy, batch => [valueModel.Values(batch)], ct)[0];
        var rewards = KlPenalty.TokenRewards(measured.Scores, measured.OldLogp, measured.ReferenceLogp, mask, klCoefficient);
        var (advantages, returns) = Advantages.Estimate(rewards, values, mask, settings.Gamma, settings.Lambda);
        var whitened = Masked.MaskedWhiten(advantages, mask);
        MinibatchMetrics.Read(
            metrics,
            ("advantage", Masked.MaskedMean(advantages, mask)),
            ("advantageStd", Masked.MaskedVariance(advantages, mask).sqrt()),
            ("return", Masked.MaskedMean(returns, mask)),
            ("returnStd", Masked.MaskedVariance(returns, mask).sqrt()),
            ("explainedVariance", ValueLoss.ExplainedVariance(values, returns, mask))
        );
        return measured with
        {
            Advantages = whitened.MoveToOuterDisposeScope(),
            Values = (values.MoveToOuterDisposeScope(), returns.MoveToOuterDisposeScope()),
        };
    }

    /// <summary>mean max(-A ratio, -A clip(ratio)).</summary>
    internal override (Tensor Loss, Tensor Clipped, Tensor Ratio) Loss(Tensor logp, Experience part, double klCoefficient)
    {
        var (losses, clipped, _) = PolicyLoss.PerToken(
            logp,
            part.OldLogp,
            part.Advantages,
            settings.ClipRange,
            settings.ClipRange,
            settings.DualClip
        );
        return (PolicyLoss.Aggregate(losses, part.Mask, settings.Aggregation), clipped, PolicyLoss.Ratio(logp, part.OldLogp));
    }

    /// <summary>A step of the value model on the same minibatch: half the mean of the larger squared error, over real tokens.</summary>
    internal override void LearnBeside(IReadOnlyList<Experience> passes, PolicyGradientState state, MinibatchMetrics seen)
    {
        var optimizer = state.OwnOptimizer;
        var tokens = passes.Select(p => p.Mask.sum().to(ScalarType.Float64).item<double>()).ToList();
        double loss = 0,
            clipShare = 0;
        for (var i = 0; i < passes.Count; i++)
        {
            var numbers = Backward(passes[i], tokens[i] / tokens.Sum());
            optimizer.Gather();
            loss += numbers[0];
            clipShare += numbers[1] * tokens[i] / tokens.Sum();
        }
        var norm = optimizer.ClipGradients(settings.GradientClip);
        if (double.IsFinite(norm) && double.IsFinite(loss))
        {
            optimizer.Step(LearningRate.Linear(settings.ValueLearningRate, state.Iteration, settings.Iterations));
            seen.ValueSteps++;
            seen.Add("valueLoss", loss);
            seen.Add("valueClippedShare", clipShare);
            seen.Add("valueGradientNorm", norm);
        }
        else
        {
            seen.SkippedValueSteps++;
        }
        optimizer.ZeroGradients();
    }

    internal override void CheckLearned(int iteration, MinibatchMetrics seen)
    {
        if (seen is { ValueSteps: 0, SkippedValueSteps: > 0 })
        {
            throw new TrainingDivergedException(iteration + 1, "valueLoss", nameof(settings.ValueLearningRate), settings.ValueLearningRate);
        }
    }

    public override void Dispose()
    {
        valueModel.Dispose();
        base.Dispose();
    }

    private double[] Backward(Experience part, double share)
    {
        using var scope = NewDisposeScope();
        var batch = CompletionBatch.Of(part.Rollouts, policy.Tokenizer.EosId, policy.Model.Device);
        var (old, returns) = part.Values!.Value;
        var (loss, clipped) = ValueLoss.HalfMaskedMean(valueModel.Values(batch), old, returns, part.Mask, settings.ValueClipRange);
        loss *= share;
        loss.backward();
        return MinibatchMetrics.Read(loss, clipped);
    }
}
