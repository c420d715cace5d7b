using System.Globalization;
using Annotation.Learning.Adapters;
using Annotation.Learning.Checkpoints;
using Annotation.Learning.Evaluation;
using Annotation.Learning.RewardModeling;
using Annotation.Learning.Sft;
using Annotation.Learning.Training;
using static TorchSharp.torch;

namespace Annotation.Jobs.Training;

/// <summary>The tensor part of training a reward model: its trunk, its heads, and the cross-validation of both.</summary>
/// <param name="Settings">The recipe.</param>
/// <param name="Criteria">The heads.</param>
/// <param name="PolicyFolder">The policy whose trunk is taken; null makes a trunk from the ranked texts.</param>
/// <param name="Demonstrations">What may get the mean 0.</param>
/// <param name="Device">Where to compute.</param>
internal sealed record RewardTraining(
    RewardModelSettings Settings,
    IReadOnlyList<WeightedCriterion> Criteria,
    string? PolicyFolder,
    IReadOnlyList<SftExample> Demonstrations,
    Device Device
)
{
    /// <summary>Where a trunk of its own leaves its checkpoints.</summary>
    internal const string TrunkFolder = "trunk";

    /// <summary>Trains one reward model, on from the last checkpoint.</summary>
    internal RewardModelResult Train(
        IReadOnlyList<RankedPrompt> train,
        IReadOnlyList<RankedPrompt> validation,
        CheckpointFolder checkpoints,
        IProgress<TrainingProgress>? progress,
        CancellationToken ct
    )
    {
        var staged = progress is null ? null : new StagedProgress(progress);
        var (trunk, read) = PolicyFolder is null
            ? OwnTrunk.Train(Settings, Settings.Seed, train, validation, Device, checkpoints.Inner(TrunkFolder), staged?.Trunk, ct)
            : (TrainedModel.Load(PolicyFolder, Device, Settings, (ulong)Settings.Seed), 0);
        using var init = trunk;
        return new RewardModelTrainer(Settings with { Features = Settings.Features ?? PolicyFolder is null }).Train(
            init,
            Criteria,
            train,
            validation,
            checkpoints,
            staged?.After(read),
            Demonstrations,
            ct
        );
    }

    /// <summary>A report per criterion over all folds; none when the settings ask for no folds.</summary>
    internal IReadOnlyList<RewardReport> CrossValidate(
        IReadOnlyList<RankedPrompt> rankings,
        CheckpointFolder checkpoints,
        CancellationToken ct
    ) =>
        Settings.Folds < 2
            ? []
            : new RewardCrossValidation(Settings.Folds).Measure(
                [.. Criteria.Select(c => c.Key)],
                rankings,
                (fold, train, validation) =>
                    Train(train, validation, checkpoints.Inner("fold-" + fold.ToString(CultureInfo.InvariantCulture)), null, ct).Model,
                ct
            );
}
