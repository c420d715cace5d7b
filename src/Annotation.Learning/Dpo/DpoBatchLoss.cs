using Annotation.Learning.Models;
using Annotation.Learning.Sft;
using Annotation.Learning.Tensors;
using Annotation.Learning.Training;
using static TorchSharp.torch;

namespace Annotation.Learning.Dpo;

/// <summary>The loss of a batch of rankings under a model, computed in passes whose gradients add up.</summary>
internal sealed class DpoBatchLoss(DpoSettings settings, LanguageModel model)
{
    /// <summary>The rankings with the log-probabilities of their completions under this model, as the reference.</summary>
    internal List<DpoRanking> Measure(IReadOnlyList<DpoRanking> rankings, CancellationToken ct)
    {
        using var guard = no_grad();
        var measured = new List<DpoRanking>(rankings.Count);
        foreach (var pass in Passes(rankings))
        {
            ct.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var sums = LogProbabilitySums([.. pass.SelectMany(r => r.Rows)]).to(ScalarType.Float64, CPU).data<double>().ToArray();
            var at = 0;
            foreach (var ranking in pass)
            {
                measured.Add(ranking with { Reference = sums[at..(at += ranking.Rows.Count)] });
            }
        }
        return measured;
    }

    /// <summary>Adds the gradients of the mean loss, told of after each pass; gives its metrics.</summary>
    internal Dictionary<string, double> Backward(IReadOnlyList<DpoRanking> batch, Action afterPass) =>
        Sum(batch, SupervisedLoop.Loss, "", afterPass);

    /// <summary>The same numbers of rankings that are not learned.</summary>
    internal Dictionary<string, double> Validate(IReadOnlyList<DpoRanking> rankings)
    {
        using var guard = no_grad();
        return Sum(rankings, SupervisedLoop.ValidationLoss, "validation", afterPass: null);
    }

    private Dictionary<string, double> Sum(IReadOnlyList<DpoRanking> rankings, string lossName, string prefix, Action? afterPass)
    {
        var sums = new double[5];
        foreach (var pass in Passes(rankings))
        {
            using var scope = NewDisposeScope();
            var numbers = Measured(pass, rankings.Count, out var loss);
            if (afterPass is not null)
            {
                loss.backward();
                afterPass();
            }
            var read = numbers.to(ScalarType.Float64, CPU).data<double>().ToArray();
            sums = [.. sums.Zip(read, (a, b) => a + b)];
        }
        var metrics = new Dictionary<string, double> { [lossName] = sums[0] };
        (string Name, double Value)[] others =
        [
            ("Accuracy", sums[1]),
            ("Margin", sums[2]),
            ("ChosenReward", sums[3]),
            ("RejectedReward", sums[4]),
        ];
        foreach (var (name, value) in others)
        {
            metrics[prefix.Length == 0 ? char.ToLowerInvariant(name[0]) + name[1..] : prefix + name] = value;
        }
        return metrics;
    }

    // A pass's part of the batch's mean loss, accuracy, margin and implicit rewards, (5).
    private Tensor Measured(IReadOnlyList<DpoRanking> pass, int rankings, out Tensor loss)
    {
        using var scope = NewDisposeScope();
        var (better, worse, weights, reference) = (new List<long>(), new List<long>(), new List<double>(), new List<double>());
        foreach (var ranking in pass)
        {
            better.AddRange(ranking.Pairs.Select(p => (long)(reference.Count + p.Better)));
            worse.AddRange(ranking.Pairs.Select(p => (long)(reference.Count + p.Worse)));
            weights.AddRange(Enumerable.Repeat(1.0 / ranking.Pairs.Count / rankings, ranking.Pairs.Count));
            reference.AddRange(ranking.Reference);
        }
        var sums = LogProbabilitySums([.. pass.SelectMany(r => r.Rows)]); // (R)
        var fixedSums = tensor(reference.ToArray(), sums.dtype, model.Device);
        var weight = tensor(weights.ToArray(), sums.dtype, model.Device); // (N)
        var (chosen, rejected) = (Indices(better), Indices(worse));
        var losses = DpoLoss.PerPair(
            sums.index_select(0, chosen),
            sums.index_select(0, rejected),
            fixedSums.index_select(0, chosen),
            fixedSums.index_select(0, rejected),
            settings.Beta,
            settings.LabelSmoothing,
            settings.Loss
        );
        loss = (losses * weight).sum().MoveToOuterDisposeScope();

        using var guard = no_grad();
        var rewards = DpoLoss.ImplicitReward(sums, fixedSums, settings.Beta);
        var (good, bad) = (rewards.index_select(0, chosen), rewards.index_select(0, rejected));
        return stack([
                loss.detach(),
                (good.gt(bad).to(weight.dtype) * weight).sum(),
                ((good - bad) * weight).sum(),
                (good * weight).sum(),
                (bad * weight).sum(),
            ])
            .MoveToOuterDisposeScope();

        Tensor Indices(List<long> rows) => tensor(rows.ToArray(), device: model.Device);
    }

    // Sum of the log-probabilities of each row's targets, (R), rows of like length together.
    private Tensor LogProbabilitySums(IReadOnlyList<SftRow> rows)
    {
        using var scope = NewDisposeScope();
        var parts = new List<Tensor>();
        var order = new long[rows.Count];
        var place = 0;
        foreach (var group in LengthBuckets.Split([.. rows.Select(r => r.Ids.Length)], settings.MaxTokensPerPass))
        {
            var ids = TokenRows.Pad([.. group.Select(i => rows[i].Ids)], model.Device); // (B, W)
            var labels = TokenRows.Pad([.. group.Select(i => rows[i].Labels)], model.Device, SftRow.IgnoredLabel);
            var (positions, wanted) = SftLoss.Predictions(labels); // (N)
            var hidden = model.Hidden(ids).flatten(0, 1).index_select(0, positions);
            var logp = LogProbabilities.TokenLogProbabilities(model.Logits(hidden), wanted); // (N)
            var row = positions.div(ids.shape[1], RoundingMode.floor);
            parts.Add(zeros(group.Count, logp.dtype, model.Device).index_add(0, row, logp, 1));
            foreach (var i in group)
            {
                order[i] = place++;
            }
        }
        return cat([.. parts]).index_select(0, tensor(order, device: model.Device)).MoveToOuterDisposeScope();
    }

    // Rankings in turn, as many as a pass may hold tokens of; at least one.
    private IEnumerable<List<DpoRanking>> Passes(IReadOnlyList<DpoRanking> rankings)
    {
        var pass = new List<DpoRanking>();
        var tokens = 0;
        foreach (var ranking in rankings)
        {
            if (pass.Count > 0 && tokens + ranking.TokenCount > settings.MaxTokensPerPass)
            {
                yield return pass;
                (pass, tokens) = ([], 0);
            }
            pass.Add(ranking);
            tokens += ranking.TokenCount;
        }
        if (pass.Count > 0)
        {
            yield return pass;
        }
    }
}
