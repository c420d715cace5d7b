using Annotation.Learning.Checkpoints;
using Annotation.Learning.Generation;
using Annotation.Learning.Models;
using Annotation.Learning.Optimization;
using Annotation.Learning.Tensors;
using Annotation.Learning.Text;
using Annotation.Learning.Training;
using static TorchSharp.torch;

namespace Annotation.Learning.Ppo;

/// <summary>What a PPO run did.</summary>
/// <param name="Iterations">Iterations done.</param>
/// <param name="Metrics">Metrics of the last iteration; empty when nothing was left to do.</param>
/// <param name="DroppedPrompts">Prompts left out because prompt and completion would not fit the context.</param>
public sealed record PpoResult(int Iterations, IReadOnlyDictionary<string, double> Metrics, int DroppedPrompts);

/// <summary>
/// Proximal policy optimisation of a model in place against a reward source, with a KL penalty to a frozen reference policy and a
/// value model of its own. A pure function of its inputs and the seed; killed anywhere and resumed it ends with the same bytes.
/// </summary>
public sealed class PpoTrainer(PpoSettings settings)
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;
    private const double Epsilon = 1e-5;
    private const double MaxMeanRatio = 10;
    private const double RatioTolerance = 1e-3;
    private const int SamplesShown = 3;

    // Streams of random numbers, one for each purpose.
    private const int PromptPath = 1;
    private const int SamplingPath = 2;
    private const int RowPath = 3;

    /// <summary>Improves <paramref name="policy"/> on the prompts.</summary>
    /// <param name="policy">Trained in place.</param>
    /// <param name="reference">Frozen; a model of its own, usually a copy of the policy.</param>
    /// <param name="source">Where scores come from.</param>
    /// <exception cref="InvalidSettingException">A setting is out of range; thrown before the first batch.</exception>
    /// <exception cref="ArgumentException">No prompt fits the context, or the models do not go together.</exception>
    public PpoResult Train(
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
        SettingsPairs.Check(settings);
        if (ReferenceEquals(policy.Model, reference.Model))
        {
            throw new ArgumentException("The reference policy must be a model of its own, or it moves with the policy.", nameof(reference));
        }
        var room = Math.Min(policy.Model.Config.ContextLength, source.ContextLength) - settings.MaxNewTokens - 1;
        var usable = prompts
            .Select(p => (Prompt: p, Ids: policy.Template.EncodePrompt(p).ToArray()))
            .Where(p => p.Ids.Length <= room)
            .ToList();
        if (usable.Count == 0)
        {
            throw new ArgumentException(
                $"None of {prompts.Count} prompts has at most {room} tokens, what the context leaves beside MaxNewTokens ({settings.MaxNewTokens}).",
                nameof(prompts)
            );
        }

        // 2. What is trained, and how far a former process got.
        using var scope = NewDisposeScope();
        using var valueModel = source.CreateValueModel(policy);
        using var state = new PpoState(policy.Model, valueModel, settings.KlCoefficient, Beta1, Beta2, Epsilon);
        state.Resume(checkpoints);
        var metrics = new Dictionary<string, double>();
        var sampler = new Sampler(policy);

        while (state.Iteration < settings.Iterations)
        {
            if (ct.IsCancellationRequested)
            {
                state.Save(checkpoints);
                ct.ThrowIfCancellationRequested();
            }
            using var iteration = NewDisposeScope();
            metrics = [];

            // 3. Collect: the policy writes one completion per prompt, everything about them is measured once.
            var taken = TakePrompts(usable.Count, state.Iteration).Select(i => usable[i]).ToList();
            var sampling = new SamplingSettings
            {
                Temperature = settings.Temperature,
                MaxNewTokens = settings.MaxNewTokens,
                Seed = Random(SamplingPath, state.Iteration).NextBits(),
            };
            var written = sampler.Generate([.. taken.Select(t => t.Ids)], sampling, ct);
            var rollouts = taken.Zip(written, (t, w) => new Rollout(t.Prompt, t.Ids, [.. w.Ids], w.Ended, w.Text)).ToList();
            var experience = Experience.Measure(
                rollouts,
                policy,
                reference,
                valueModel,
                source,
                settings,
                state.KlCoefficient,
                metrics,
                ct
            );

            // 4. Learn: a few passes over the rollout in minibatches, at a learning rate that falls to 0 over the run.
            metrics["learningRate"] = LearningRate.Linear(settings.LearningRate, state.Iteration, settings.Iterations);
            Learn(policy, valueModel, experience, state, metrics, ct);

            // 5. Steer the KL coefficient, save, tell.
            if (settings.TargetSequenceKl is { } target)
            {
                state.KlCoefficient = AdaptiveKlCoefficient.Next(
                    state.KlCoefficient,
                    metrics["sequenceKl"],
                    target,
                    settings.KlHorizon,
                    rollouts.Count
                );
            }
            state.Iteration++;
            if (state.Iteration % settings.CheckpointIterations == 0 || state.Iteration == settings.Iterations)
            {
                state.Save(checkpoints);
            }
            var samples = rollouts.Zip(experience.Scores, (r, s) => new TrainingSample(r.Prompt[^1].Content, r.Text, s)).Take(SamplesShown);
            progress?.Report(new(state.Iteration, settings.Iterations, metrics, [.. samples]));
        }
        return new(state.Iteration, metrics, prompts.Count - usable.Count);
    }

    private void Learn(
        Pretrained policy,
        ValueModel valueModel,
        Experience experience,
        PpoState state,
        Dictionary<string, double> metrics,
        CancellationToken ct
    )
    {
        var policyLearns = state.Iteration >= settings.ValueWarmupIterations;
        var valueRate = LearningRate.Linear(settings.ValueLearningRate, state.Iteration, settings.Iterations);
        var seen = new MinibatchMetrics();
        for (var epoch = 0; epoch < settings.Epochs; epoch++)
        {
            // A fresh order of the rows for every pass.
            foreach (
                var rows in Random(RowPath, state.Iteration, epoch).Permutation(experience.Rollouts.Count).Chunk(settings.MinibatchSize)
            )
            {
                ct.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                var part = experience.Take(rows);
                var batch = CompletionBatch.Of(part.Rollouts, policy.Tokenizer.EosId, policy.Model.Device);
                if (policyLearns)
                {
                    var verdict = LearnPolicy(policy, part, batch, state.PolicyOptimizer, metrics["learningRate"], seen);
                    if (verdict == Verdict.Stop)
                    {
                        seen.Write(metrics);
                        return;
                    }
                }
                LearnValue(valueModel, part, batch, state.ValueOptimizer, valueRate, seen);
            }
        }
        seen.Write(metrics);
    }

    private enum Verdict
    {
        Learned,
        Skipped,
        Stop,
    }

    private Verdict LearnPolicy(
        Pretrained policy,
        Experience part,
        CompletionBatch batch,
        AdamW optimizer,
        double rate,
        MinibatchMetrics seen
    )
    {
        var logits = batch.Logits(policy.Model);
        var logp = LogProbabilities.TokenLogProbabilities(logits, batch.Labels, settings.Temperature);
        var (losses, clipped, _) = PolicyLoss.PerToken(
            logp,
            part.OldLogp,
            part.Advantages,
            settings.ClipRange,
            settings.ClipRange,
            settings.DualClip
        );
        var loss = PolicyLoss.Aggregate(losses, part.Mask, settings.Aggregation);
        if (settings.EntropyCoefficient > 0)
        {
            loss -= Masked.MaskedMean(LogProbabilities.Entropy(logits, settings.Temperature), part.Mask) * settings.EntropyCoefficient;
        }

        // Statistics before the step, read at once.
        using var guard = no_grad();
        var ratio = Masked.Zeroed(PolicyLoss.Ratio(logp, part.OldLogp), part.Mask);
        var deviation = Masked.Zeroed(ratio - 1, part.Mask).abs().amax();
        var approximateKl = Masked.MaskedMean((logp - part.OldLogp).square() / 2, part.Mask);
        var clipShare = Masked.MaskedMean(clipped.to(logp.dtype), part.Mask);
        var numbers = stack([loss, approximateKl, clipShare, Masked.MaskedMean(ratio, part.Mask), ratio.amax(), deviation])
            .to(ScalarType.Float64, CPU)
            .data<double>()
            .ToArray();
        if (seen.PolicySteps == 0 && numbers[5] > RatioTolerance)
        {
            throw new InvalidOperationException(
                $"Before any step the policy's probabilities differ from those of the rollout by a factor of {1 + numbers[5]}: they must be equal."
            );
        }
        if (!double.IsFinite(numbers[0]) || numbers[3] > MaxMeanRatio)
        {
            seen.Skipped++;
            return Verdict.Skipped;
        }
        if (numbers[1] > settings.MaxApproximateKl)
        {
            seen.StoppedEarly = true;
            return Verdict.Stop;
        }
        loss.backward();
        var norm = optimizer.ClipGradients(settings.GradientClip);
        if (!double.IsFinite(norm))
        {
            optimizer.ZeroGradients();
            seen.Skipped++;
            return Verdict.Skipped;
        }
        optimizer.Step(rate);
        optimizer.ZeroGradients();
        seen.AddPolicy(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], norm);
        return Verdict.Learned;
    }

    private void LearnValue(
        ValueModel valueModel,
        Experience part,
        CompletionBatch batch,
        AdamW optimizer,
        double rate,
        MinibatchMetrics seen
    )
    {
        var (loss, clipped) = ValueLoss.HalfMaskedMean(
            valueModel.Values(batch),
            part.OldValues,
            part.Returns,
            part.Mask,
            settings.ValueClipRange
        );
        loss.backward();
        var norm = optimizer.ClipGradients(settings.GradientClip);
        var numbers = stack([loss.detach(), clipped.detach()]).to(ScalarType.Float64, CPU).data<double>().ToArray();
        if (double.IsFinite(norm) && double.IsFinite(numbers[0]))
        {
            optimizer.Step(rate);
            seen.AddValue(numbers[0], numbers[1], norm);
        }
        else
        {
            seen.Skipped++;
        }
        optimizer.ZeroGradients();
    }

    // Prompts in a fresh order for every pass over them; iterations go on where the one before ended.
    private IEnumerable<int> TakePrompts(int count, int iteration)
    {
        int[] order = [];
        var pass = -1;
        for (var i = 0; i < settings.RolloutSize; i++)
        {
            var at = (long)iteration * settings.RolloutSize + i;
            if (at / count != pass)
            {
                pass = (int)(at / count);
                order = Random(PromptPath, pass).Permutation(count);
            }
            yield return order[at % count];
        }
    }

    private SeededRandom Random(params ReadOnlySpan<int> path) => new((ulong)settings.Seed, path);
}
