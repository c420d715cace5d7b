using Annotation.Learning.Checkpoints;
using Annotation.Learning.Models;
using Annotation.Learning.RewardModeling;
using Annotation.Learning.Training;
using static TorchSharp.torch;

namespace Annotation.Learning.Dpo;

/// <summary>What a DPO run did.</summary>
/// <param name="Steps">Optimizer steps done.</param>
/// <param name="BestStep">The step whose weights were kept.</param>
/// <param name="ValidationLoss">Loss there; null without validation rankings.</param>
/// <param name="TrainLoss">Loss of the last step.</param>
/// <param name="Pairs">Pairs learned from.</param>
/// <param name="DroppedCompletions">Completions left out because they were too long.</param>
public sealed record DpoResult(int Steps, int BestStep, double? ValidationLoss, double TrainLoss, int Pairs, int DroppedCompletions);

/// <summary>
/// Direct preference optimisation of a model in place, on rankings and without a reward model. A pure function of its inputs and the
/// seed; killed anywhere and resumed it ends with the same bytes.
/// </summary>
public sealed class DpoTrainer(DpoSettings settings)
{
    /// <summary>Trains <paramref name="policy"/> on all untied pairs of the rankings.</summary>
    /// <param name="policy">Trained in place.</param>
    /// <param name="reference">Frozen; a model of its own, usually a copy of the policy. Read once, before the first step.</param>
    /// <param name="train">What is learned.</param>
    /// <param name="validation">What decides when to stop.</param>
    /// <param name="checkpoints">Where to leave, and look for, checkpoints.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="ct">Stops between two steps, with a checkpoint.</param>
    /// <exception cref="InvalidSettingException">A setting is out of range; thrown before the first batch.</exception>
    /// <exception cref="ArgumentException">No ranking holds a pair to learn from, or the reference is the policy.</exception>
    /// <exception cref="TrainingDivergedException">Loss or gradients are not finite.</exception>
    public DpoResult Train(
        Pretrained policy,
        Pretrained reference,
        IReadOnlyList<RankedPrompt> train,
        IReadOnlyList<RankedPrompt> validation,
        CheckpointFolder? checkpoints = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken ct = default
    )
    {
        // 1. Check everything before the first batch.
        SettingsPairs.Check(settings);
        if (ReferenceEquals(policy.Model, reference.Model))
        {
            throw new ArgumentException("The reference policy must be a model of its own, or it moves with the policy.", nameof(reference));
        }
        var dropped = 0;
        var trainRankings = Encode(train, policy, ref dropped);
        var validationRankings = Encode(validation, policy, ref dropped);
        if (trainRankings.Count == 0)
        {
            throw new NothingToLearnException(
                $"None of {train.Count} rankings has two completions of different rank on '{settings.Criterion}' and at most "
                    + $"{Longest(policy)} tokens."
            );
        }

        // 2. What the reference thinks of every completion, once.
        using var scope = NewDisposeScope();
        var batchLoss = new DpoBatchLoss(settings, policy.Model);
        var known = new DpoBatchLoss(settings, reference.Model);
        trainRankings = known.Measure(trainRankings, ct);
        validationRankings = known.Measure(validationRankings, ct);

        // 3. Steps, each on the mean over its rankings of the mean over their pairs.
        var weights = policy.Model.Trainable.ToDictionary(w => w.Key, w => (Tensor)w.Value);
        var outcome = new SupervisedLoop(settings, weights).Run(
            trainRankings.Count,
            settings.BatchPrompts,
            (batch, gather) => batchLoss.Backward([.. batch.Select(i => trainRankings[i])], gather),
            validationRankings.Count == 0 ? null : () => batchLoss.Validate(validationRankings),
            checkpoints,
            progress,
            ct
        );
        return new(
            outcome.Steps,
            outcome.BestStep,
            outcome.ValidationLoss,
            outcome.TrainLoss,
            trainRankings.Sum(r => r.Pairs.Count),
            dropped
        );
    }

    private int Longest(Pretrained policy) => Math.Min(settings.MaxLength, policy.Model.Config.ContextLength);

    private List<DpoRanking> Encode(IReadOnlyList<RankedPrompt> rankings, Pretrained policy, ref int dropped)
    {
        var encoded = new List<DpoRanking>();
        foreach (var ranked in rankings)
        {
            var ranking = DpoRanking.Of(ranked, settings.Criterion, policy, Longest(policy), ref dropped);
            if (ranking.Pairs.Count > 0)
            {
                encoded.Add(ranking);
            }
        }
        return encoded;
    }
}
