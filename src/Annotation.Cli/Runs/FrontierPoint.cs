using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Annotation.Cli.Runs;

/// <summary>One policy, or one n of best-of-n, on the frontier of score and KL.</summary>
/// <param name="Name">The policy's name, or <c>best of n</c>.</param>
/// <param name="Kl">Sequence KL from the policy they started from, in nats.</param>
/// <param name="Score">The judge's mean score.</param>
/// <param name="Low">Its 95 % interval from here; null for best-of-n.</param>
/// <param name="High">To here.</param>
/// <param name="Proxy">Mean score of the reward model it was trained on; null when none was named.</param>
public sealed record FrontierPoint(string Name, double Kl, double Score, double? Low, double? High, double? Proxy)
{
    /// <summary>Whether no training is behind it.</summary>
    public bool IsBestOf => Low is null;

    /// <summary>Proxy minus score: grows where the policy fits the proxy and nobody else.</summary>
    public double? Gap => Proxy - Score;

    /// <summary>The points of one evaluation; the first also gives the start and best-of-n.</summary>
    public static IEnumerable<FrontierPoint> Of(string model, JsonElement result, double? proxy, bool isFirst)
    {
        if (!result.TryGetProperty("sequenceKl", out var kl))
        {
            throw new CommandFailedException($"'{model}' has another tokenizer than the policy it is measured against, so there is no KL.");
        }
        var score = result.GetProperty("score");
        yield return new(
            model,
            Value(kl),
            Value(score),
            score.GetProperty("low").GetDouble(),
            score.GetProperty("high").GetDouble(),
            proxy
        );
        if (isFirst && result.TryGetProperty("bestOfN", out var best) && best.TryGetProperty("curve", out var curve))
        {
            foreach (var point in curve.EnumerateArray())
            {
                var n = point.GetProperty("n").GetInt32().ToString(CultureInfo.InvariantCulture);
                yield return new(
                    $"best of {n}",
                    point.GetProperty("kl").GetDouble(),
                    point.GetProperty("score").GetDouble(),
                    null,
                    null,
                    null
                );
            }
        }
    }

    /// <summary>Comma-separated, with a head.</summary>
    public static string Table(IEnumerable<FrontierPoint> points)
    {
        var text = new StringBuilder("name,kl,score,low,high,proxy,gap\n");
        foreach (var p in points)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"\"{p.Name.Replace("\"", "\"\"", StringComparison.Ordinal)}\",{p.Kl:F4},{p.Score:F4},"
            );
            text.Append(CultureInfo.InvariantCulture, $"{p.Low:F4},{p.High:F4},{p.Proxy:F4},{p.Gap:F4}\n");
        }
        return text.ToString();
    }

    private static double Value(JsonElement estimate) => estimate.GetProperty("value").GetDouble();
}
