using Annotation.Learning.Checkpoints;
using Annotation.Learning.Generation;
using Annotation.Learning.Models;
using Annotation.Learning.Optimization;
using Annotation.Learning.Rewards;
using Annotation.Learning.Sft;
using Annotation.Learning.Text;
using Annotation.Learning.Training;
using static TorchSharp.torch;

namespace Annotation.Learning.PolicyGradients;

/// <summary>What a run did.</summary>
/// <param name="Iterations">Iterations done.</param>
/// <param name="Metrics">Metrics of the last iteration.</param>
/// <param name="DroppedPrompts">Prompts left out because prompt and completion would not fit the context.</param>
public sealed record PolicyGradientResult(int Iterations, IReadOnlyDictionary<string, double> Metrics, int DroppedPrompts);

/// <summary>
/// The frame of PPO, RLOO and GRPO: collect, score, weigh, learn. Trains a model in place against a reward source, held near a frozen
/// reference policy. A pure function of its inputs and the seed; killed anywhere and resumed it ends with the same bytes.
/// </summary>
public abstract class PolicyGradientTrainer(PolicyGradientSettings settings)
{
    private const int SamplesShown = 3;
    private const int RowPath = 3;

    /// <summary>Demonstrations to hold on to; read only when <see cref="PolicyGradientSettings.PretrainingCoefficient"/> is above 0.</summary>
    public IReadOnlyList<SftExample> Demonstrations { get; init; } = [];

    /// <summary>Improves <paramref name="policy"/> on the prompts.</summary>
    /// <param name="policy">Trained in place.</param>
    /// <param name="reference">Frozen; a model of its own, usually a copy of the policy.</param>
    /// <param name="source">Where scores come from.</param>
    /// <param name="prompts">Conversations to complete.</param>
    /// <param name="checkpoints">Where to leave, and look for, checkpoints.</param>
    /// <param name="progress">Told after every iteration.</param>
    /// <param name="ct">Stops between two iterations with a checkpoint, within one without.</param>
    /// <exception cref="InvalidSettingException">A setting is out of range; thrown before the first batch.</exception>
    /// <exception cref="ArgumentException">No prompt fits the context, or the models do not go together.</exception>
    /// <exception cref="TrainingDivergedException">An iteration taught nothing.</exception>
    public PolicyGradientResult Train(
        Pretrained policy,
        Pretrained reference,
        RewardSource source,
        IReadOnlyList<IReadOnlyList<Message>> prompts,
        CheckpointFolder? checkpoints = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken ct = default
    )
    {
        // 1. Check everything before the first batch.
        CheckSettings();
        if (ReferenceEquals(policy.Model, reference.Model))
        {
            throw new ArgumentException("The reference policy must be a model of its own, or it moves with the policy.", nameof(reference));
        }
        var pretraining = CreatePretraining(policy);
        using var scope = NewDisposeScope();
        using var objective = CreateObjective(policy, source);
        var collector = new RolloutCollector(settings, objective.CompletionsPerPrompt, policy, source.ContextLength, prompts);

        // 2. What is trained, and how far a former process got.
        using var state = new PolicyGradientState(policy.Model, objective, settings);
        state.Resume(checkpoints);
        var step = new PolicyStep(policy, objective, settings, pretraining, state.PolicyOptimizer);

        while (state.Iteration < settings.Iterations)
        {
            if (ct.IsCancellationRequested)
            {
                state.Save(checkpoints);
                ct.ThrowIfCancellationRequested();
            }
            using var iteration = NewDisposeScope();
            var metrics = new Dictionary<string, double>();

            // 3. Collect: the policy writes completions, everything about them is measured once.
            var rollouts = Collect(collector, state.Iteration, ct);
            var measured = Experience.Measure(rollouts, policy, reference, source, settings, state.KlCoefficient, metrics, ct);
            var experience = objective.Weigh(measured, state.KlCoefficient, metrics, ct);

            // 4. Learn: a few passes over the rollout in minibatches, at a learning rate that falls to 0 over the run.
            metrics["learningRate"] = LearningRate.Linear(settings.LearningRate, state.Iteration, settings.Iterations);
            Learn(experience, objective, step, state, metrics, ct);

            // 5. Steer the KL coefficient, save, tell.
            if (settings.TargetSequenceKl is { } target)
            {
                state.KlCoefficient = Math.Max(
                    settings.MinKlCoefficient ?? settings.KlCoefficient,
                    AdaptiveKlCoefficient.Next(state.KlCoefficient, metrics["sequenceKl"], target, settings.KlHorizon, rollouts.Count)
                );
            }
            if (settings.AverageDecay is { } decay)
            {
                state.Average(decay);
            }
            state.Advance(metrics);
            if (state.Iteration % settings.CheckpointIterations == 0 || state.Iteration == settings.Iterations)
            {
                state.Save(checkpoints);
            }
            // One of each prompt: its completions stand together.
            var samples = rollouts
                .Zip(measured.RawScores, (r, s) => new TrainingSample(r.Prompt[^1].Content, r.Text, s))
                .Where((_, i) => i % objective.CompletionsPerPrompt == 0)
                .Take(SamplesShown);
            progress?.Report(new(state.Iteration, settings.Iterations, metrics, [.. samples]));
        }
        state.TakeAverages();
        return new(state.Iteration, state.Metrics, collector.DroppedPrompts);
    }

    private protected abstract void CheckSettings();

    private protected abstract PolicyObjective CreateObjective(Pretrained policy, RewardSource source);

    private PretrainingMix? CreatePretraining(Pretrained policy)
    {
        if (settings.PretrainingCoefficient == 0)
        {
            return null;
        }
        var rows = Demonstrations
            .Select(d => SftRow.Of(d, policy))
            .Where(r => r.Ids.Length <= policy.Model.Config.ContextLength && r.TargetCount > 0)
            .ToList();
        return rows.Count > 0
            ? new PretrainingMix(policy.Model, rows, settings.PretrainingBatchSize, settings.Seed)
            : throw new ArgumentException("PretrainingCoefficient needs demonstrations that fit the context, and there are none.");
    }

    private void Learn(
        Experience experience,
        PolicyObjective objective,
        PolicyStep step,
        PolicyGradientState state,
        Dictionary<string, double> metrics,
        CancellationToken ct
    )
    {
        var policyLearns = objective.PolicyLearns(state.Iteration);
        var seen = new MinibatchMetrics();
        var minibatch = 0;
        for (var epoch = 0; epoch < settings.Epochs && !seen.StoppedEarly; epoch++)
        {
            // A fresh order of the rows for every pass.
            var order = new SeededRandom((ulong)settings.Seed, RowPath, state.Iteration, epoch).Permutation(experience.Rollouts.Count);
            foreach (var rows in order.Chunk(settings.MinibatchSize))
            {
                ct.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                var passes = rows.Chunk(settings.RowsPerPass ?? rows.Length).Select(experience.Take).ToList();
                if (
                    policyLearns
                    && step.Learn(passes, state.KlCoefficient, metrics["learningRate"], seen, [state.Iteration, minibatch++])
                        == StepOutcome.Stop
                )
                {
                    break;
                }
                objective.LearnBeside(passes, state, seen);
            }
        }
        seen.Write(metrics);
        // What is trained beside the policy first: its numbers make the policy's loss.
        objective.CheckLearned(state.Iteration, seen);
        if (policyLearns && seen.PolicySteps == 0 && seen.Skipped.Count > 0)
        {
            throw new TrainingDivergedException(
                state.Iteration + 1,
                seen.Skipped.Metric,
                nameof(settings.LearningRate),
                settings.LearningRate,
                seen.Skipped.Problem
            );
        }
    }

    // A model that was whole when the run began and now gives no numbers has diverged.
    private IReadOnlyList<Rollout> Collect(RolloutCollector collector, int iteration, CancellationToken ct)
    {
        try
        {
            return collector.Collect(iteration, ct);
        }
        catch (BrokenLogitsException) when (iteration > 0)
        {
            throw new TrainingDivergedException(iteration + 1, "logits", nameof(settings.LearningRate), settings.LearningRate);
        }
    }
}
