using Annotation.Learning.Models;
using Annotation.Learning.PolicyGradients;
using Annotation.Learning.Tensors;
using Annotation.Learning.Text;
using static TorchSharp.torch;

namespace Annotation.Learning.Evaluation;

/// <summary>What a judge thinks of a completion, by criterion.</summary>
public delegate IReadOnlyDictionary<string, double> JudgeCompletion(IReadOnlyList<Message> prompt, string completion);

/// <summary>Two policies on the same prompts, by one criterion of a judge.</summary>
/// <param name="Criterion">The judge's criterion.</param>
/// <param name="Prompts">Number of prompts.</param>
/// <param name="WinRate">Share of prompts where A's completion is judged higher; equal ones count half.</param>
/// <param name="LengthControlledWinRate">The same as if both wrote completions of the same length (<see cref="LengthControl"/>).</param>
/// <param name="ScoreA">Mean score of A.</param>
/// <param name="ScoreB">Mean score of B.</param>
/// <param name="LengthA">Mean length of A's completions in characters: a gain that is only length shows here.</param>
/// <param name="LengthB">Mean length of B's completions.</param>
public sealed record PolicyReport(
    string Criterion,
    int Prompts,
    Estimate WinRate,
    Estimate LengthControlledWinRate,
    Estimate ScoreA,
    Estimate ScoreB,
    double LengthA,
    double LengthB
);

/// <summary>Measures policies.</summary>
public static class PolicyEvaluation
{
    private const int RowsPerPass = 32;

    /// <summary>
    /// Compares one completion of A and one of B for each prompt, on every criterion of the judge. Intervals (95 %) are over prompts.
    /// </summary>
    public static IReadOnlyList<PolicyReport> Compare(
        IReadOnlyList<IReadOnlyList<Message>> prompts,
        IReadOnlyList<string> completionsA,
        IReadOnlyList<string> completionsB,
        JudgeCompletion judge
    )
    {
        if (prompts.Count == 0 || completionsA.Count != prompts.Count || completionsB.Count != prompts.Count)
        {
            throw new ArgumentException(
                $"{completionsA.Count} and {completionsB.Count} completions for {prompts.Count} prompts: one of each for every prompt is needed."
            );
        }
        var a = prompts.Zip(completionsA, (p, c) => judge(p, c)).ToList();
        var b = prompts.Zip(completionsB, (p, c) => judge(p, c)).ToList();
        List<double> ratios = [.. completionsA.Zip(completionsB, (x, y) => Math.Log((x.Length + 1.0) / (y.Length + 1.0)))];
        return
        [
            .. a[0]
                .Keys.Select(key => new PolicyReport(
                    key,
                    prompts.Count,
                    Estimate.Mean(Wins(key))!,
                    LengthControl.WinRate([.. Wins(key)], ratios),
                    Estimate.Mean(a.Select(x => x[key]))!,
                    Estimate.Mean(b.Select(x => x[key]))!,
                    completionsA.Average(c => c.Length),
                    completionsB.Average(c => c.Length)
                )),
        ];

        IEnumerable<double> Wins(string key) => a.Zip(b, (x, y) => (x[key].CompareTo(y[key]) + 1) / 2.0);
    }

    /// <summary>
    /// KL(policy || reference) per completion in nats, of completions that the policy wrote at this temperature: the exact KL of
    /// every token's distribution, summed over the completion. Unbiased, and of less variance than the sum of log-ratios.
    /// </summary>
    public static Estimate SequenceKl(
        Pretrained policy,
        Pretrained reference,
        IReadOnlyList<Rollout> completions,
        double temperature = 1,
        CancellationToken ct = default
    )
    {
        using var guard = no_grad();
        var sums = new List<double>(completions.Count);
        foreach (var chunk in completions.Chunk(RowsPerPass))
        {
            ct.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var batch = CompletionBatch.Of(chunk, policy.Tokenizer.EosId, policy.Model.Device);
            var kl = LogProbabilities.FullKl(batch.Logits(policy.Model) / temperature, batch.Logits(reference.Model) / temperature);
            sums.AddRange(Masked.Zeroed(kl, batch.Mask).sum(1).to(ScalarType.Float64, CPU).data<double>().ToArray());
        }
        return Estimate.Mean(sums) ?? throw new ArgumentException("KL needs at least one completion.", nameof(completions));
    }
}
