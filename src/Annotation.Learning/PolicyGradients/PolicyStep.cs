using Annotation.Learning.Models;
using Annotation.Learning.Optimization;
using Annotation.Learning.Tensors;
using Annotation.Learning.Training;
using static TorchSharp.torch;

namespace Annotation.Learning.PolicyGradients;

/// <summary>What became of a minibatch.</summary>
internal enum StepOutcome
{
    Learned,

    /// <summary>Left out: its loss is no number, or the policy is too far from the one that wrote it.</summary>
    Skipped,

    /// <summary>The policy has moved far enough: the rollout is used up.</summary>
    Stop,
}

/// <summary>One guarded optimizer step of a policy on a minibatch.</summary>
internal sealed class PolicyStep(
    Pretrained policy,
    PolicyObjective objective,
    PolicyGradientSettings settings,
    PretrainingMix? pretraining,
    AdamW optimizer
)
{
    private const double MaxMeanRatio = 10;

    // Of one token in float32; of the mean in half precision, where passes of other shapes round single tokens differently.
    private const double RatioTolerance = 1e-3;
    private const double HalfPrecisionRatioTolerance = 0.05;

    /// <summary>Learns from a minibatch given in passes; gradients add up over them, each pass by its share of the whole.</summary>
    internal StepOutcome Learn(
        IReadOnlyList<Experience> passes,
        double klCoefficient,
        double rate,
        MinibatchMetrics seen,
        ReadOnlySpan<int> place
    )
    {
        var tokens = passes.Select(p => p.Mask.sum().to(ScalarType.Float64).item<double>()).ToList();
        var (allTokens, allRows) = (tokens.Sum(), passes.Sum(p => (double)p.Rollouts.Count));
        var half = WideType.Of(policy.Model.ScalarType) != policy.Model.ScalarType;
        double loss = 0,
            approximateKl = 0,
            clipShare = 0,
            ratio = 0,
            maxRatio = 0,
            deviation = 0;
        for (var i = 0; i < passes.Count; i++)
        {
            var tokenShare = tokens[i] / allTokens;
            var share = objective.WeighsByTokens ? tokenShare : passes[i].Rollouts.Count / allRows;
            var numbers = Backward(passes[i], klCoefficient, share, tokenShare);
            optimizer.Gather();
            loss += numbers[0];
            approximateKl += numbers[1] * tokenShare;
            clipShare += numbers[2] * tokenShare;
            ratio += numbers[3] * tokenShare;
            maxRatio = Math.Max(maxRatio, numbers[4]);
            deviation = half ? deviation + numbers[6] * tokenShare : Math.Max(deviation, numbers[5]);
        }
        seen.Look(approximateKl, clipShare, ratio, maxRatio);
        if (seen.PolicySteps == 0 && deviation > (half ? HalfPrecisionRatioTolerance : RatioTolerance))
        {
            throw new InvalidOperationException(
                $"Before any step the policy's probabilities differ from those of the rollout by a factor of {1 + deviation}: they must be equal."
            );
        }
        if (!double.IsFinite(loss))
        {
            return Skip("policyLoss", TrainingDivergedException.NotFinite);
        }
        if (ratio > MaxMeanRatio)
        {
            return Skip("ratio", $"is above {MaxMeanRatio}");
        }
        if (approximateKl > settings.MaxApproximateKl)
        {
            optimizer.ZeroGradients();
            seen.StoppedEarly = true;
            return StepOutcome.Stop;
        }
        if (pretraining is not null)
        {
            seen.Add("pretrainingLoss", pretraining.Backward(settings.PretrainingCoefficient, place, optimizer.Gather));
        }
        var norm = optimizer.ClipGradients(settings.GradientClip);
        if (!double.IsFinite(norm))
        {
            return Skip("policyGradientNorm", TrainingDivergedException.NotFinite);
        }
        optimizer.Step(rate);
        optimizer.ZeroGradients();
        seen.AddStep(loss, norm);
        return StepOutcome.Learned;

        StepOutcome Skip(string metric, string problem)
        {
            optimizer.ZeroGradients();
            seen.Skip(metric, problem);
            return StepOutcome.Skipped;
        }
    }

    // Gradients of a pass; gives its loss, approximate KL, clipped share, mean and largest ratio as the loss clips it, and the largest and
    // mean distance of a token's ratio from 1.
    private double[] Backward(Experience part, double klCoefficient, double share, double tokenShare)
    {
        using var scope = NewDisposeScope();
        var batch = CompletionBatch.Of(part.Rollouts, policy.Tokenizer.EosId, policy.Model.Device);
        var logits = batch.Logits(policy.Model);
        var logp = LogProbabilities.TokenLogProbabilities(logits, batch.Labels, settings.Temperature);
        var (loss, clipped, clippedRatio) = objective.Loss(logp, part, klCoefficient);
        loss *= share;
        if (settings.EntropyCoefficient > 0)
        {
            var entropy = Masked.MaskedMean(LogProbabilities.Entropy(logits, settings.Temperature), part.Mask);
            loss -= entropy * (settings.EntropyCoefficient * tokenShare);
        }
        loss.backward();
        using var guard = no_grad();
        var ratio = Masked.Zeroed(clippedRatio, part.Mask);
        var distance = Masked.Zeroed(PolicyLoss.Ratio(logp, part.OldLogp) - 1, part.Mask).abs();
        return MinibatchMetrics.Read(
            loss,
            Masked.MaskedMean((logp - part.OldLogp).square() / 2, part.Mask),
            Masked.MaskedMean(clipped.to(logp.dtype), part.Mask),
            Masked.MaskedMean(ratio, part.Mask),
            ratio.amax(),
            distance.amax(),
            Masked.MaskedMean(distance, part.Mask)
        );
    }
}
