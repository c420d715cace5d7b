using Annotation.Learning.Models;
using Annotation.Learning.PolicyGradients;
using Annotation.Learning.RewardModeling;
using Annotation.Learning.Rewards;
using Annotation.Learning.Tensors;
using Annotation.Learning.Text;
using Annotation.Learning.Training;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.PolicyGradients;

/// <summary>
/// Prompts whose completions can all be enumerated: up to two of eight tokens, one of which ends. Each completion of each prompt has a
/// reward drawn from a normal distribution. With reference pi_ref and coefficient beta the objective J(pi) = E[r] - beta KL(pi ||
/// pi_ref) has its maximum beta log sum pi_ref exp(r / beta).
/// </summary>
internal sealed class EnumerableWorld : RewardSource, IDisposable
{
    internal const int Length = 2;
    private const int Prompts = 2;
    private const int Vocabulary = 8;

    private readonly IReadOnlyList<int[]> _completions = [.. Enumerate([])];
    private readonly List<Dictionary<string, double>> _rewards;

    internal EnumerableWorld(int seed)
    {
        var random = new SeededRandom((ulong)seed, 77);
        _rewards = [.. Enumerable.Range(0, Prompts).Select(_ => _completions.ToDictionary(Key, _ => random.NextNormal()))];
        var config = LanguageModelConfig.Llama(Vocabulary, hidden: 32, layers: 2, heads: 2, context: 8) with { InitializerRange = 0.08 };
        Reference = new Pretrained(LanguageModel.Create(config, (ulong)seed, CPU), new EightTokens());
    }

    internal Pretrained Reference { get; }

    internal IReadOnlyList<IReadOnlyList<Message>> Conversations { get; } =
    [.. Enumerable.Range(0, Prompts).Select(i => (IReadOnlyList<Message>)[new Message("user", $"{(char)('a' + i)}")])];

    public override IReadOnlyList<double> Score(IReadOnlyList<Rollout> rollouts, CancellationToken ct) =>
        [.. rollouts.Select(r => _rewards[r.Prompt[0].Content[0] - 'a'][Key(r.CompletionIds)])];

    /// <summary>J of a policy, J of the reference, the closed-form maximum, and the standard deviation of the reference's rewards; means over prompts.</summary>
    internal (double Reached, double Start, double Optimum, double Deviation) Objective(Pretrained policy, double beta)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var sums = new double[4];
        for (var prompt = 0; prompt < Prompts; prompt++)
        {
            var rewards = tensor(_completions.Select(c => _rewards[prompt][Key(c)]).ToArray(), device: CPU);
            var (reference, logp) = (LogProbabilities(Reference, prompt), LogProbabilities(policy, prompt));
            var start = (reference.exp() * rewards).sum();
            sums[0] += (logp.exp() * (rewards - (logp - reference) * beta)).sum().item<double>();
            sums[1] += start.item<double>();
            sums[2] += beta * (reference + rewards / beta).logsumexp(0).item<double>();
            sums[3] += (reference.exp() * (rewards - start).square()).sum().sqrt().item<double>();
        }
        return (sums[0] / Prompts, sums[1] / Prompts, sums[2] / Prompts, sums[3] / Prompts);
    }

    /// <summary>Pairs of completions that the reference wrote, of which a is preferred with probability sigmoid(r_a - r_b).</summary>
    internal IReadOnlyList<RankedPrompt> Compare(int count, int seed)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var random = new SeededRandom((ulong)seed, 78);
        var shares = Enumerable.Range(0, Prompts).Select(p => LogProbabilities(Reference, p).exp().data<double>().ToArray()).ToList();
        var pairs = new List<RankedPrompt>(count);
        while (pairs.Count < count)
        {
            var prompt = pairs.Count % Prompts;
            var (a, b) = (Draw(shares[prompt]), Draw(shares[prompt]));
            if (a == b)
            {
                continue;
            }
            var first = _rewards[prompt][Key(_completions[a])] - _rewards[prompt][Key(_completions[b])];
            int?[] ranks = random.NextDouble() < 1 / (1 + Math.Exp(-first)) ? [1, 2] : [2, 1];
            pairs.Add(new(Conversations[prompt], [Text(a), Text(b)], new Dictionary<string, int?[]> { ["overall"] = ranks }));
        }
        return pairs;

        int Draw(double[] share)
        {
            var left = random.NextDouble();
            var i = 0;
            while (i < share.Length - 1 && (left -= share[i]) > 0)
            {
                i++;
            }
            return i;
        }

        string Text(int i) => Reference.Tokenizer.Decode(_completions[i]);
    }

    public void Dispose() => Reference.Dispose();

    // (completions), float64, nats.
    private Tensor LogProbabilities(Pretrained model, int prompt)
    {
        using var scope = NewDisposeScope();
        var ids = model.Template.EncodePrompt(Conversations[prompt]).ToArray();
        var rollouts = _completions.Select(c => new Rollout(Conversations[prompt], ids, c, c[^1] == EightTokens.End, "")).ToList();
        var batch = CompletionBatch.Of(rollouts, EightTokens.End, CPU);
        var logp = Learning.Tensors.LogProbabilities.TokenLogProbabilities(batch.Logits(model.Model).to(ScalarType.Float64), batch.Labels);
        return Masked.Zeroed(logp, batch.Mask).sum(1).MoveToOuterDisposeScope();
    }

    private static string Key(int[] completion) => string.Join(' ', completion);

    private static IEnumerable<int[]> Enumerate(int[] beginning)
    {
        if (beginning.Length == Length || (beginning.Length > 0 && beginning[^1] == EightTokens.End))
        {
            return [beginning];
        }
        return Enumerable.Range(0, Vocabulary).SelectMany(id => Enumerate([.. beginning, id]));
    }

    /// <summary>Seven letters and an end; the seventh letter also begins and pads.</summary>
    private sealed class EightTokens : Tokenizer
    {
        internal const int End = 7;

        public override int VocabularySize => Vocabulary;

        public override int BosId => 6;

        public override int EosId => End;

        public override int PadId => 6;

        public override IReadOnlyList<int> Encode(string text) => [.. text.Select(c => c - 'a')];

        public override string Decode(ReadOnlySpan<int> ids)
        {
            var text = "";
            foreach (var id in ids)
            {
                text += id == End ? "" : (char)('a' + id);
            }
            return text;
        }

        public override void Save(string folder) => throw new NotSupportedException();
    }
}
