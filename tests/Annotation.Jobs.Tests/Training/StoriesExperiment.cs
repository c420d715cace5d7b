using Annotation.Demo.Judges;
using Annotation.Demo.Labelers;
using Annotation.Demo.Prompts;
using Annotation.Learning.Dpo;
using Annotation.Learning.Evaluation;
using Annotation.Learning.Generation;
using Annotation.Learning.Models;
using Annotation.Learning.PolicyGradients;
using Annotation.Learning.RewardModeling;
using Annotation.Learning.Rewards;
using Annotation.Learning.Text;
using static TorchSharp.torch;

namespace Annotation.Jobs.Tests.Training;

/// <summary>What came of one way to improve a policy, on prompts that nothing learned from.</summary>
/// <param name="Method">How.</param>
/// <param name="Gold">Mean of the gold judge, which nothing learned from.</param>
/// <param name="GoldGain">Mean of the differences from what the reference wrote for the same prompts, with a 95 % interval.</param>
/// <param name="AheadOfBest">The same from the best of 16 of the reference by the learned reward model.</param>
/// <param name="Proxy">Mean of the learned reward model.</param>
/// <param name="Kl">KL from the reference per completion, nats.</param>
/// <param name="Ended">Share of completions that end.</param>
/// <param name="Length">Mean length in characters.</param>
internal sealed record StoriesFigures(
    string Method,
    double Gold,
    Estimate GoldGain,
    Estimate AheadOfBest,
    double Proxy,
    double Kl,
    double Ended,
    double Length
);

/// <summary>
/// A real model of 260 thousand parameters that goes on with small stories, a gold judge by program, a reward model from simulated
/// rankings: everything as in the loop, but in one process. All chance follows from the seed.
/// </summary>
internal sealed class StoriesExperiment : IDisposable
{
    internal const int MaxTokens = 64;
    private const int Rankings = 750;
    private const int TrainRankings = 600;
    private const int ValidationRankings = 75;
    private const int CompletionsRanked = 4;
    private const int People = 4;
    private const int Evaluated = 512;
    private const int BestOf = 16;

    private readonly StoriesJudge _judge = new();
    private readonly ulong _seed;
    private readonly CancellationToken _ct;
    private readonly IReadOnlyList<IReadOnlyList<Message>> _evaluation;
    private readonly IReadOnlyList<Rollout> _start;
    private readonly IReadOnlyList<Rollout> _best;

    private StoriesExperiment(Pretrained reference, int seed, CancellationToken ct)
    {
        (Reference, _seed, _ct) = (reference, (ulong)seed, ct);
        Optimization = Prompts(PromptUse.Optimization, 1000);
        _evaluation = Prompts(PromptUse.Evaluation, Evaluated);
        var ranked = Rank();
        (Train, Validation) = (ranked[..TrainRankings], ranked[TrainRankings..(TrainRankings + ValidationRankings)]);
        Reward = new RewardModelTrainer(new RewardModelSettings { Seed = seed })
            .Train(reference, [new(GoldJudge.Overall, 1)], Train, Validation, ct: ct)
            .Model;
        var held = ranked[(TrainRankings + ValidationRankings)..];
        RewardReport = RewardEvaluation.Measure(
            GoldJudge.Overall,
            (p, texts) => [.. Reward.Score(p, texts, ct).Select(s => s[0])],
            held,
            Train,
            ct
        )!;
        _start = Write(reference, _evaluation, 1);
        _best = PickBest();
    }

    internal Pretrained Reference { get; }

    internal RewardModel Reward { get; }

    /// <summary>The rankings that the reward model learned from, as does DPO.</summary>
    internal IReadOnlyList<RankedPrompt> Train { get; }

    internal IReadOnlyList<RankedPrompt> Validation { get; }

    /// <summary>The reward model on rankings that nothing learned from.</summary>
    internal RewardReport RewardReport { get; }

    internal IReadOnlyList<IReadOnlyList<Message>> Optimization { get; }

    internal static StoriesExperiment Create(string dataFolder, int seed, CancellationToken ct) =>
        new(Pretrained.Load(Path.Combine(dataFolder, "models", "stories260k"), CPU), seed, ct);

    /// <summary>The reference itself.</summary>
    internal StoriesFigures Start() => Figures("reference", _start, 0);

    /// <summary>The best of 16 completions of the reference by the learned reward model.</summary>
    internal StoriesFigures BestOfSixteen() => Figures($"best of {BestOf}", _best, BestOfN.Kl(BestOf));

    /// <summary>A policy trained against the learned reward model.</summary>
    internal StoriesFigures Improve(string method, PolicyGradientTrainer trainer)
    {
        using var policy = Reference.Copy();
        trainer.Train(policy, Reference, new RewardModelSource(Reward), Optimization, ct: _ct);
        return Measure(method, policy);
    }

    /// <summary>A policy trained on the rankings that the reward model learned from.</summary>
    internal StoriesFigures Improve(string method, DpoTrainer trainer)
    {
        using var policy = Reference.Copy();
        trainer.Train(policy, Reference, Train, Validation, ct: _ct);
        return Measure(method, policy);
    }

    public void Dispose()
    {
        Reward.Dispose();
        Reference.Dispose();
    }

    private StoriesFigures Measure(string method, Pretrained policy)
    {
        var written = Write(policy, _evaluation, 3);
        return Figures(method, written, PolicyEvaluation.SequenceKl(policy, Reference, written, ct: _ct).Value);
    }

    private StoriesFigures Figures(string method, IReadOnlyList<Rollout> written, double kl)
    {
        var gold = written.Select(Gold).ToList();
        return new(
            method,
            gold.Average(),
            Lead(_start),
            Lead(_best),
            Proxy(written).Average(),
            kl,
            written.Average(r => r.Ended ? 1.0 : 0.0),
            written.Average(r => r.Text.Length)
        );

        // The same prompts stand in the same places.
        Estimate Lead(IReadOnlyList<Rollout> other) => Estimate.Mean(gold.Zip(other, (g, o) => g - Gold(o)))!;
    }

    private List<Rollout> PickBest()
    {
        var pool = Write(Reference, [.. _evaluation.SelectMany(p => Enumerable.Repeat(p, BestOf))], 2);
        return [.. pool.Zip(Proxy(pool)).Chunk(BestOf).Select(group => group.MaxBy(g => g.Second).First)];
    }

    private double Gold(Rollout r) => _judge.Score([.. r.Prompt.Select(m => (m.Role, m.Content))], r.Text)[GoldJudge.Overall];

    private IReadOnlyList<double> Proxy(IReadOnlyList<Rollout> written) => new RewardModelSource(Reward).Score(written, _ct);

    private List<Rollout> Write(Pretrained policy, IReadOnlyList<IReadOnlyList<Message>> prompts, int stream)
    {
        var ids = prompts.Select(p => policy.Template.EncodePrompt(p).ToArray()).ToList();
        var sampling = new SamplingSettings { MaxNewTokens = MaxTokens, Seed = _seed * 1000 + (ulong)stream };
        var written = new Sampler(policy).Generate([.. ids], sampling, _ct);
        return [.. prompts.Select((p, i) => new Rollout(p, ids[i], [.. written[i].Ids], written[i].Ended, written[i].Text))];
    }

    private IReadOnlyList<IReadOnlyList<Message>> Prompts(PromptUse use, int count) =>
        [.. StoryPrompts.Draw(use, count, _seed).Select(text => (IReadOnlyList<Message>)[new Message("user", text)])];

    private List<RankedPrompt> Rank()
    {
        var prompts = Prompts(PromptUse.Rankings, Rankings);
        var written = Write(Reference, [.. prompts.SelectMany(p => Enumerable.Repeat(p, CompletionsRanked))], 4)
            .Chunk(CompletionsRanked)
            .ToList();
        var people = LabelerPool.Create(People, _seed);
        return
        [
            .. prompts.Select(
                (prompt, i) =>
                {
                    string[] texts = [.. written[i].Select(r => r.Text)];
                    var ranks = people[i % people.Count]
                        .Rank(_judge, GoldJudge.Overall, [.. prompt.Select(m => (m.Role, m.Content))], texts);
                    return new RankedPrompt(
                        prompt,
                        texts,
                        new Dictionary<string, int?[]> { [GoldJudge.Overall] = [.. ranks.Select(r => (int?)r)] }
                    );
                }
            ),
        ];
    }
}
