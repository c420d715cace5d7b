using Annotation.Learning.RewardModeling.Features;
using Annotation.Learning.Tensors;
using Annotation.Learning.Text;
using Annotation.Learning.Text.Templates;
using Annotation.Learning.Training;
using static TorchSharp.torch;

namespace Annotation.Learning.RewardModeling;

/// <summary>A completion to score: the texts, and the row of token ids that the network reads (<see cref="RewardModel.Row"/>).</summary>
public readonly record struct ScoredCompletion(IReadOnlyList<Message> Prompt, string Text, int[] Row);

/// <summary>
/// Scores completions on C criteria. One or more members, and a feature head beside them if there is one; each member's log-odds are
/// normalised to mean 0 and standard deviation 1 over the completions it learned from, then combined over the members.
/// </summary>
public sealed class RewardModel(
    IReadOnlyList<WeightedCriterion> criteria,
    IReadOnlyList<RewardMember> members,
    Tokenizer tokenizer,
    ChatTemplate template,
    EnsembleRule rule,
    double uncertaintyWeight
) : IDisposable
{
    // Pads included; bounds memory only.
    private const int TokensPerPass = 16384;

    /// <summary>What is scored, in the order of the columns, with each one's weight in <see cref="Weighted"/>.</summary>
    public IReadOnlyList<WeightedCriterion> Criteria { get; } = criteria;

    /// <summary>The members of the ensemble, at least one.</summary>
    public IReadOnlyList<RewardMember> Members { get; } = members;

    /// <summary>The score of words and lengths beside the network's; null without one.</summary>
    public FeatureHead? Features { get; internal set; }

    /// <summary>Of each criterion, how network and features make log-odds.</summary>
    public IReadOnlyList<ScoreMix> Mixes { get; internal set; } = [.. criteria.Select(_ => ScoreMix.Plain)];

    /// <summary>Turns text into the ids it was trained on.</summary>
    public Tokenizer Tokenizer { get; } = tokenizer;

    /// <summary>How conversations become ids.</summary>
    public ChatTemplate Template { get; } = template;

    /// <summary>How the members' scores become one.</summary>
    public EnsembleRule Rule { get; } = rule;

    /// <summary>Factor of the members' variance under <see cref="EnsembleRule.UncertaintyWeighted"/>.</summary>
    public double UncertaintyWeight { get; } = uncertaintyWeight;

    /// <summary>The longest row of tokens that can be scored.</summary>
    public int ContextLength => Members[0].Trunk.Config.ContextLength;

    /// <summary>The normalised score of each criterion, combined over the members; n arrays of C.</summary>
    public double[][] Score(IReadOnlyList<ScoredCompletion> completions, CancellationToken ct = default) => Combined(completions, Rule, ct);

    /// <summary>
    /// The score of each criterion in log-odds of being preferred, up to a constant: each normalised score times the members' mean
    /// standard deviation; n arrays of C. Of the members' mean, whatever the rule: that is what was calibrated, and a conservative
    /// score is no probability.
    /// </summary>
    public double[][] LogOdds(IReadOnlyList<ScoredCompletion> completions, CancellationToken ct = default) =>
        [
            .. Combined(completions, EnsembleRule.Mean, ct)
                .Select(scores => scores.Select((s, c) => s * Members.Average(m => m.Normalization[c].Std)).ToArray()),
        ];

    /// <summary>The normalised scores of each member, (M, n, C) float64 on the CPU; what they disagree about is in <see cref="Ensemble"/>.</summary>
    public Tensor MemberScores(IReadOnlyList<ScoredCompletion> completions, CancellationToken ct = default)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var features = completions.Select(c => Features?.Score(c.Prompt, c.Text)).ToList();
        var flat = new double[Members.Count * completions.Count * Criteria.Count];
        foreach (var group in LengthBuckets.Split([.. completions.Select(c => c.Row.Length)], TokensPerPass))
        {
            ct.ThrowIfCancellationRequested();
            using var pass = NewDisposeScope();
            var device = Members[0].Trunk.Device;
            var ids = TokenRows.Pad([.. group.Select(i => completions[i].Row)], device);
            var mask = TokenRows.Mask([.. group.Select(i => completions[i].Row.Length)], (int)ids.shape[1], device);
            for (var m = 0; m < Members.Count; m++)
            {
                var raw = Rows(Members[m].RawScore(ids, mask));
                for (var i = 0; i < group.Count; i++)
                {
                    var scores = Normalized(Members[m], raw[i], features[group[i]]);
                    scores.CopyTo(flat, (m * completions.Count + group[i]) * Criteria.Count);
                }
            }
        }
        return tensor(flat, [Members.Count, completions.Count, Criteria.Count], device: CPU).MoveToOuterDisposeScope();
    }

    /// <summary>The normalised score of each criterion of completions of one prompt; one array of C per completion.</summary>
    /// <exception cref="ArgumentException">A completion does not fit the context.</exception>
    public double[][] Score(IReadOnlyList<Message> prompt, IReadOnlyList<string> completions, CancellationToken ct = default) =>
        Score([.. completions.Select(c => Encode(prompt, c))], ct);

    /// <summary>The same in log-odds of being preferred.</summary>
    /// <inheritdoc cref="Score(IReadOnlyList{Message}, IReadOnlyList{string}, CancellationToken)"/>
    public double[][] LogOdds(IReadOnlyList<Message> prompt, IReadOnlyList<string> completions, CancellationToken ct = default) =>
        LogOdds([.. completions.Select(c => Encode(prompt, c))], ct);

    /// <summary>A completion as this model reads it; a long conversation loses its beginning.</summary>
    /// <exception cref="ArgumentException">The completion does not fit the context.</exception>
    public ScoredCompletion Encode(IReadOnlyList<Message> prompt, string completion) =>
        RowWithin(ContextLength, Template.EncodePrompt(prompt), Template.EncodeCompletion(completion)) is { } row
            ? new(prompt, completion, row)
            : throw new ArgumentException($"A completion does not fit the context of {ContextLength} tokens.", nameof(completion));

    /// <summary>
    /// A completion that a policy wrote, which needs a score however long it is: one that does not fit is read from its beginning, without the
    /// conversation.
    /// </summary>
    public ScoredCompletion EncodeWritten(IReadOnlyList<Message> prompt, string completion)
    {
        var ids = Template.EncodeCompletion(completion);
        var row = RowWithin(ContextLength, Template.EncodePrompt(prompt), ids);
        return new(prompt, completion, row ?? [.. ids.Take(ContextLength - 1), Tokenizer.EosId]);
    }

    /// <summary>Whether every completion of a ranking can be scored.</summary>
    public bool Fits(RankedPrompt ranking)
    {
        var prompt = Template.EncodePrompt(ranking.Prompt);
        return ranking.Completions.All(c => RowWithin(ContextLength, prompt, Template.EncodeCompletion(c)) is not null);
    }

    /// <summary>The one score of a policy's reward: the sum of the criteria's scores by their weights.</summary>
    public double Weighted(IReadOnlyList<double> scores) => Criteria.Select((c, i) => c.Weight * scores[i]).Sum();

    /// <summary>Prompt, completion and end token: where the score is read. The end token is added if it is not there.</summary>
    public int[] Row(IReadOnlyList<int> prompt, IReadOnlyList<int> completion) =>
        completion is [.., var last] && last == Tokenizer.EosId ? [.. prompt, .. completion] : [.. prompt, .. completion, Tokenizer.EosId];

    /// <summary>
    /// The row of at most <paramref name="longest"/> tokens: where it would be longer, the conversation's oldest tokens (all but the
    /// first, which opens every row) are left out. A completion is never cut, because a part of it is not what was judged; null where
    /// it leaves the prompt less than a quarter of the room.
    /// </summary>
    public int[]? RowWithin(int longest, IReadOnlyList<int> prompt, IReadOnlyList<int> completion)
    {
        var row = Row(prompt, completion);
        var over = row.Length - longest;
        return over <= 0 ? row
            : prompt.Count - over < Math.Max(1, longest / 4) ? null
            : [row[0], .. row.AsSpan(over + 1)];
    }

    /// <summary>Writes a reward-model folder.</summary>
    public void Save(string folder) => RewardModelFolder.Save(this, folder);

    /// <summary>Reads a reward-model folder.</summary>
    /// <exception cref="ModelFolderException">A file is missing or wrong; one line naming file and field or tensor.</exception>
    public static RewardModel Load(string folder, Device device) => RewardModelFolder.Load(folder, device);

    private double[][] Combined(IReadOnlyList<ScoredCompletion> completions, EnsembleRule rule, CancellationToken ct)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return Rows(Ensemble.Combine(MemberScores(completions, ct), rule, UncertaintyWeight));
    }

    private double[] Normalized(RewardMember member, double[] raw, double[]? features) =>
        [.. raw.Select((s, c) => member.Normalization[c].Apply(Mixes[c].Apply(s, features?[c] ?? 0)))];

    // (n, C) as n arrays.
    private double[][] Rows(Tensor scores) =>
        [.. scores.to(ScalarType.Float64, CPU).contiguous().data<double>().ToArray().Chunk(Criteria.Count)];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var member in Members)
        {
            member.Dispose();
        }
    }
}
