using Annotation.Learning.Checkpoints;
using Annotation.Learning.Optimization;
using static TorchSharp.torch;

namespace Annotation.Learning.Training;

/// <summary>How a training on fixed rows went.</summary>
/// <param name="Steps">Optimizer steps done.</param>
/// <param name="BestStep">The step whose weights were kept.</param>
/// <param name="ValidationLoss">Loss there; null without validation.</param>
/// <param name="TrainLoss">Loss of the last step.</param>
internal sealed record SupervisedOutcome(int Steps, int BestStep, double? ValidationLoss, double TrainLoss);

/// <summary>
/// Steps over rows in an order drawn anew for every epoch, with a schedule, validation, early stopping and checkpoints. Everything but
/// what <see cref="TrainingState"/> holds is a function of the seed and the step, so a killed run ends with the same bytes.
/// </summary>
/// <param name="settings">How long and how fast.</param>
/// <param name="weights">What is trained, by name; the caller keeps owning them.</param>
/// <param name="orderSeed">Decides the order of the rows; null: the settings' seed.</param>
internal sealed class SupervisedLoop(SupervisedSettings settings, IReadOnlyDictionary<string, Tensor> weights, ulong? orderSeed = null)
{
    internal const string Loss = "loss";
    internal const string ValidationLoss = "validationLoss";
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.95;

    /// <summary>Runs until all epochs are done or the validation loss no longer falls; then puts the best weights back.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="batchSize">Rows per optimizer step.</param>
    /// <param name="learn">Adds the gradients of the mean loss of these rows, and calls the action after each pass; gives metrics, the loss among them.</param>
    /// <param name="validate">Gives metrics, the validation loss among them; null without validation rows.</param>
    /// <param name="checkpoints">Where to leave, and look for, checkpoints.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="ct">Stops between two steps, with a checkpoint.</param>
    /// <exception cref="TrainingDivergedException">Loss or gradients are not finite.</exception>
    internal SupervisedOutcome Run(
        int rows,
        int batchSize,
        Func<IReadOnlyList<int>, Action, Dictionary<string, double>> learn,
        Func<Dictionary<string, double>>? validate,
        CheckpointFolder? checkpoints,
        IProgress<TrainingProgress>? progress,
        CancellationToken ct
    )
    {
        // 1. What is trained, and how far a former process got.
        using var scope = NewDisposeScope();
        using var optimizer = new AdamW(weights.Select(w => (w.Key, w.Value)), Beta1, Beta2, weightDecay: settings.WeightDecay);
        using var best = new BestWeights(weights);
        var state = new TrainingState(settings, weights, optimizer, best);
        state.Resume(checkpoints);
        var order = new EpochOrder(rows, batchSize, orderSeed ?? (ulong)settings.Seed);
        var total = order.StepsPerEpoch * settings.Epochs;
        var validateEvery = Math.Max(1, order.StepsPerEpoch / settings.ValidationsPerEpoch);
        var warmup = (int)(total * settings.WarmupShare);
        var trainLoss = state.Metrics.GetValueOrDefault(Loss);

        while (state.Step < total && best.Misses < settings.Patience)
        {
            // Asked here and nowhere else, so that a stop always leaves a checkpoint of a whole step.
            if (ct.IsCancellationRequested)
            {
                state.Save(checkpoints);
                ct.ThrowIfCancellationRequested();
            }
            using var step = NewDisposeScope();

            // 2. One optimizer step on the next rows of the epoch's order.
            optimizer.ZeroGradients();
            var metrics = learn(order.Batch(state.Step), optimizer.Gather);
            trainLoss = metrics[Loss];
            var norm = optimizer.ClipGradients(settings.GradientClip);
            if (!double.IsFinite(norm) || !double.IsFinite(trainLoss))
            {
                optimizer.ZeroGradients();
                var metric = double.IsFinite(trainLoss) ? "gradientNorm" : Loss;
                throw new TrainingDivergedException(state.Step + 1, metric, nameof(settings.LearningRate), settings.LearningRate);
            }
            var rate = LearningRate.Of(
                settings.Schedule,
                settings.LearningRate,
                state.Step + 1,
                total,
                warmup,
                settings.FinalLearningRateShare
            );
            optimizer.Step(rate);
            optimizer.ZeroGradients();
            state.Step++;
            (metrics["learningRate"], metrics["gradientNorm"]) = (rate, norm);

            // 3. Validation now and then; the weights of the minimum are kept.
            if (validate is not null && (state.Step % validateEvery == 0 || state.Step == total))
            {
                using var guard = no_grad();
                foreach (var (name, value) in validate())
                {
                    metrics[name] = value;
                }
                best.Observe(metrics[ValidationLoss], state.Step);
            }
            state.Metrics = metrics;
            if (state.Step % settings.CheckpointSteps == 0 || state.Step == total || best.Misses >= settings.Patience)
            {
                state.Save(checkpoints);
            }
            progress?.Report(new(state.Step, total, metrics));
        }

        best.Restore();
        var validated = double.IsFinite(best.Loss);
        return new(state.Step, validated ? best.Step : state.Step, validated ? best.Loss : null, trainLoss);
    }
}
