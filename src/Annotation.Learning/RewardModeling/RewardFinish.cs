using Annotation.Learning.Evaluation;
using Annotation.Learning.Sft;
using static TorchSharp.torch;

namespace Annotation.Learning.RewardModeling;

/// <summary>What happens to a reward model when its members have learned: calibrated log-odds, then normalised heads.</summary>
internal sealed class RewardFinish(RewardModelSettings settings, RewardModel model)
{
    // Fewer demonstrations than these say too little about their mean.
    private const int FewestDemonstrations = 8;
    private int Criteria => model.Criteria.Count;

    /// <summary>
    /// Fits the mixes on the validation rankings, then the feature head again on those too, because it has no step to be stopped at, and
    /// the normalisation on the training completions.
    /// </summary>
    internal void Run(
        IReadOnlyList<RankedRows> train,
        IReadOnlyList<RankedRows> validation,
        IReadOnlyList<SftExample> demonstrations,
        CancellationToken ct
    )
    {
        using var guard = no_grad();
        model.Mixes = FitMixes(validation, ct);
        model.Features = model.Features?.Refit(
            [.. model.Criteria.Select(c => c.Key)],
            [.. train.Concat(validation).Select(r => r.Source)],
            ct
        );
        var centre = settings.Center == ScoreCenter.Demonstrations ? Reference(demonstrations) : [];
        foreach (var member in model.Members)
        {
            var scores = LogOdds(member, train, ct).SelectMany(r => r).ToList();
            var spread = Moments(scores);
            var middle = centre.Count >= FewestDemonstrations ? Moments(LogOdds(member, centre, ct).SelectMany(r => r)) : spread;
            member.Normalization = [.. spread.Zip(middle, (s, m) => ScoreNormalization.From(s) with { Mean = m.Mean })];
        }
    }

    // The mean of the members' raw scores and the features' score, on the untied pairs of the validation rankings.
    private IReadOnlyList<ScoreMix> FitMixes(IReadOnlyList<RankedRows> validation, CancellationToken ct)
    {
        var raw = model.Members.Select(m => Raw(m, validation, ct)).ToList(); // [member][ranking][completion][criterion]
        var features = validation.Select(Features).ToList();
        return [.. Enumerable.Range(0, Criteria).Select(c => ScoreMix.Fit([.. Pairs(c)], model.Features is not null))];

        IEnumerable<(double, double, double)> Pairs(int criterion)
        {
            for (var r = 0; r < validation.Count; r++)
            {
                var ranks = validation[r].Ranks.Select(k => k[criterion]).ToArray();
                var pairs = PreferencePair.Ordered([.. ranks.Select(k => k == 0 ? (int?)null : k)]);
                foreach (var (better, worse) in pairs)
                {
                    yield return (
                        raw.Average(m => m[r][better][criterion] - m[r][worse][criterion]),
                        features[r][better][criterion] - features[r][worse][criterion],
                        1.0 / pairs.Count
                    );
                }
            }
        }
    }

    private IReadOnlyList<RankedRows> Reference(IReadOnlyList<SftExample> demonstrations)
    {
        var dropped = 0;
        var ranks = model.Criteria.ToDictionary(c => c.Key, _ => new int?[] { 1 });
        return
        [
            .. demonstrations
                .Select(d => new RankedPrompt(d.Prompt, [d.Completion], ranks))
                .Select(r => RankedRows.Encode(r, model, Math.Min(settings.MaxLength, model.ContextLength), ref dropped))
                .Where(r => r.Rows.Length > 0),
        ];
    }

    private List<double[][]> LogOdds(RewardMember member, IReadOnlyList<RankedRows> rankings, CancellationToken ct) =>
        [
            .. Raw(member, rankings, ct)
                .Zip(rankings.Select(Features))
                .Select(x => x.First.Zip(x.Second, (raw, f) => raw.Select((s, c) => model.Mixes[c].Apply(s, f[c])).ToArray()).ToArray()),
        ];

    // [ranking][completion][criterion]
    private List<double[][]> Raw(RewardMember member, IReadOnlyList<RankedRows> rankings, CancellationToken ct)
    {
        var all = new List<double[][]>(rankings.Count);
        foreach (var batch in rankings.Chunk(settings.BatchPrompts * 4))
        {
            ct.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var flat = RewardScoring.Raw(member, batch, settings.MaxTokensPerPass).to(ScalarType.Float64, CPU).contiguous();
            var rows = new Queue<double[]>(flat.data<double>().ToArray().Chunk(Criteria));
            all.AddRange(batch.Select(b => b.Rows.Select(_ => rows.Dequeue()).ToArray()));
        }
        return all;
    }

    private double[][] Features(RankedRows ranking) =>
        [
            .. ranking.Places.Select(i =>
                model.Features?.Score(ranking.Source.Prompt, ranking.Source.Completions[i]) ?? new double[Criteria]
            ),
        ];

    private List<RunningMoments> Moments(IEnumerable<double[]> scores)
    {
        var moments = Enumerable.Range(0, Criteria).Select(_ => new RunningMoments()).ToList();
        var all = scores.ToList();
        for (var c = 0; c < Criteria; c++)
        {
            moments[c].Add([.. all.Select(s => s[c])]);
        }
        return moments;
    }
}
