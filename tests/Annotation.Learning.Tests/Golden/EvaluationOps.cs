using Annotation.Learning.Evaluation;

namespace Annotation.Learning.Tests.Golden;

/// <summary>Calibration and best of n.</summary>
internal static class EvaluationOps
{
    [GoldenOp("calibration")]
    internal static IReadOnlyDictionary<string, object?> Calibrate(GoldenInputs inputs)
    {
        var measured = Calibration.Measure(inputs.Numbers("p"), [.. inputs.Counts("y").Select(y => y == 1)], inputs.Count("n_bins"));
        return new Dictionary<string, object?>
        {
            ["bin_count"] = measured.BinCounts,
            ["bin_confidence"] = measured.BinConfidences,
            ["bin_accuracy"] = measured.BinAccuracies,
            ["ece"] = measured.ExpectedError,
            ["mce"] = measured.MaximumError,
            ["brier"] = measured.Brier,
            ["nll"] = measured.Nll,
            ["accuracy"] = measured.Accuracy,
        };
    }

    [GoldenOp("best_of_n")]
    internal static IReadOnlyDictionary<string, object?> Best(GoldenInputs inputs)
    {
        double[][] Rows(string name) =>
            [.. inputs.Json(name).EnumerateArray().Select(r => r.EnumerateArray().Select(v => v.GetDouble()).ToArray())];
        var (proxy, gold, ns) = (Rows("proxy"), Rows("gold"), inputs.Counts("ns"));
        return new Dictionary<string, object?>
        {
            ["kl"] = ns.Select(BestOfN.Kl).ToArray(),
            ["proxy"] = ns.Select(n => BestOfN.Expected(proxy, proxy, n)).ToArray(),
            ["gold"] = ns.Select(n => BestOfN.Expected(proxy, gold, n)).ToArray(),
        };
    }
}
