using Annotation.Learning.Tensors;
using Annotation.Learning.Text;
using Annotation.Learning.Training;
using static TorchSharp.torch;

namespace Annotation.Learning.RewardModeling;

/// <summary>
/// Scores completions on C criteria. One or more members; each member's heads are normalised to mean 0 and standard deviation 1
/// over the completions it learned from, then combined over the members.
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

    /// <summary>The score of each criterion, combined over the members: ids and mask (B, W) padded on the right -> (B, C).</summary>
    public Tensor Score(Tensor ids, Tensor mask)
    {
        using var scope = NewDisposeScope();
        return Ensemble.Combine(MemberScores(ids, mask), Rule, UncertaintyWeight).MoveToOuterDisposeScope();
    }

    /// <summary>The normalised scores of each member, (M, B, C).</summary>
    public Tensor MemberScores(Tensor ids, Tensor mask)
    {
        using var scope = NewDisposeScope();
        return stack([.. Members.Select(m => m.Score(ids, mask))]).MoveToOuterDisposeScope();
    }

    /// <summary>The score of each criterion of rows of token ids that end with the end token; n arrays of C.</summary>
    public double[][] ScoreRows(IReadOnlyList<int[]> rows, CancellationToken ct = default)
    {
        using var guard = no_grad();
        var scores = new double[rows.Count][];
        foreach (var group in LengthBuckets.Split([.. rows.Select(r => r.Length)], TokensPerPass))
        {
            ct.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var device = Members[0].Trunk.Device;
            var ids = TokenRows.Pad([.. group.Select(i => rows[i])], device);
            var mask = TokenRows.Mask([.. group.Select(i => rows[i].Length)], (int)ids.shape[1], device);
            var flat = Score(ids, mask).to(ScalarType.Float64, CPU).data<double>().ToArray();
            for (var i = 0; i < group.Count; i++)
            {
                scores[group[i]] = flat[(i * Criteria.Count)..((i + 1) * Criteria.Count)];
            }
        }
        return scores;
    }

    /// <summary>The score of each criterion of completions of one prompt; one array of C per completion.</summary>
    /// <exception cref="ArgumentException">A completion does not fit the context.</exception>
    public double[][] Score(IReadOnlyList<Message> prompt, IReadOnlyList<string> completions, CancellationToken ct = default) =>
        ScoreRows(
            [
                .. completions.Select(c =>
                    RowWithin(ContextLength, Template.EncodePrompt(prompt), Template.EncodeCompletion(c))
                    ?? throw new ArgumentException($"A completion does not fit the context of {ContextLength} tokens.", nameof(completions))
                ),
            ],
            ct
        );

    /// <summary>
    /// The same scores in the units of training, where differences are log-odds of being preferred: each normalised score times the
    /// members' mean standard deviation.
    /// </summary>
    public double[][] LogOdds(IReadOnlyList<Message> prompt, IReadOnlyList<string> completions, CancellationToken ct = default) =>
        [
            .. Score(prompt, completions, ct)
                .Select(scores => scores.Select((s, c) => s * Members.Average(m => m.Normalization[c].Std)).ToArray()),
        ];

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

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var member in Members)
        {
            member.Dispose();
        }
    }
}
