using Annotation.Learning.Checkpoints;
using Annotation.Learning.Models;
using Annotation.Learning.RewardModeling.Features;
using Annotation.Learning.Sft;
using Annotation.Learning.Training;

namespace Annotation.Learning.RewardModeling;

/// <summary>What training a reward model gave; the caller owns the model.</summary>
/// <param name="Model">The reward model, its heads normalised on the training completions.</param>
/// <param name="Steps">Optimizer steps of all members.</param>
/// <param name="ValidationNll">Mean over members of the smallest validation loss (pairwise, nats); null without validation rankings.</param>
/// <param name="DroppedCompletions">Completions left out because they were longer than allowed.</param>
/// <param name="TieStrength">Mean over members of the learned theta or nu; null for losses without ties.</param>
public sealed record RewardModelResult(RewardModel Model, int Steps, double? ValidationNll, int DroppedCompletions, double? TieStrength);

/// <summary>
/// Trains a reward model on rankings: each completion is encoded once, all pairs of a ranking count in one loss, every ranking
/// weighs the same on every criterion it has. Afterwards the network is mixed with the feature head and calibrated on the validation
/// rankings, and each head gets mean 0 and standard deviation 1. A pure function of its inputs and the seed, resumable to the same bytes.
/// </summary>
public sealed class RewardModelTrainer(RewardModelSettings settings)
{
    /// <summary>Trains on a copy of <paramref name="init"/>'s trunk, which stays as it is.</summary>
    /// <param name="init">Where the trunk, the tokenizer and the template come from.</param>
    /// <param name="criteria">The heads and their weights; keys of <see cref="RankedPrompt.RanksByCriterion"/>.</param>
    /// <param name="train">What is learned from.</param>
    /// <param name="validation">What stops the training early, chooses the features' penalty, and calibrates.</param>
    /// <param name="checkpoints">Where a killed run goes on from.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="demonstrations">What gets mean 0 under <see cref="ScoreCenter.Demonstrations"/>.</param>
    /// <param name="ct">Stops after a step.</param>
    /// <exception cref="InvalidSettingException">A setting is out of range; thrown before the first batch.</exception>
    /// <exception cref="ArgumentException">No ranking holds a pair to learn from, or ranks and completions differ in number.</exception>
    public RewardModelResult Train(
        Pretrained init,
        IReadOnlyList<WeightedCriterion> criteria,
        IReadOnlyList<RankedPrompt> train,
        IReadOnlyList<RankedPrompt> validation,
        CheckpointFolder? checkpoints = null,
        IProgress<TrainingProgress>? progress = null,
        IReadOnlyList<SftExample>? demonstrations = null,
        CancellationToken ct = default
    )
    {
        // 1. Check everything before the first batch.
        SettingsPairs.Check(settings);
        CheckRankings(train, nameof(train));
        CheckRankings(validation, nameof(validation));
        if (criteria.Count == 0)
        {
            throw new ArgumentException("A reward model needs at least one criterion.", nameof(criteria));
        }

        // 2. The feature head, and the members one after the other, each in a checkpoint folder of its own.
        var features = settings.Features == true ? FeatureHead.Fit([.. criteria.Select(c => c.Key)], train, validation, ct) : null;
        var trainings = Enumerable.Range(0, settings.Members).Select(m => new RewardMemberTraining(settings, m)).ToList();
        var members = trainings.Select(t => RewardMember.Create(init.Model, criteria.Count, t.HeadSeed)).ToList();
        var model = new RewardModel(criteria, members, init.Tokenizer, init.Template, settings.EnsembleRule, settings.UncertaintyWeight)
        {
            Features = features,
        };
        try
        {
            var dropped = 0;
            var trainRows = Encode(train, model, ref dropped);
            var validationRows = Encode(validation, model, ref dropped);
            if (trainRows.Count == 0)
            {
                throw new NothingToLearnException(
                    $"None of {train.Count} rankings has two completions of different rank and at most {Longest(init)} tokens."
                );
            }
            var outcomes = trainings
                .Select((t, m) => t.Run(members[m], trainRows, validationRows, checkpoints?.Inner($"member-{m + 1}"), progress, ct))
                .ToList();

            // 3. Log-odds from both scores, and heads of mean 0 and standard deviation 1.
            new RewardFinish(settings, model).Run(trainRows, validationRows, demonstrations ?? [], ct);
            return new(
                model,
                outcomes.Sum(o => o.Steps),
                outcomes.All(o => o.Nll is not null) ? outcomes.Average(o => o.Nll) : null,
                dropped,
                outcomes.Average(o => o.TieStrength)
            );
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private List<RankedRows> Encode(IReadOnlyList<RankedPrompt> rankings, RewardModel model, ref int dropped)
    {
        var rows = new List<RankedRows>();
        foreach (var ranking in rankings)
        {
            rows.Add(RankedRows.Encode(ranking, model, Math.Min(settings.MaxLength, model.ContextLength), ref dropped));
        }
        return rows.FindAll(r => r.HasPair(settings.TiesCount));
    }

    private static void CheckRankings(IReadOnlyList<RankedPrompt> rankings, string name)
    {
        for (var i = 0; i < rankings.Count; i++)
        {
            foreach (var (criterion, ranks) in rankings[i].RanksByCriterion)
            {
                if (ranks.Length != rankings[i].Completions.Count || ranks.Any(r => r < 1))
                {
                    throw new ArgumentException(
                        $"Ranking {i} of {name} has {rankings[i].Completions.Count} completions, but '{criterion}' does not give each a rank of 1 or more, or none.",
                        name
                    );
                }
            }
        }
    }

    private int Longest(Pretrained init) => Math.Min(settings.MaxLength, init.Model.Config.ContextLength);
}
