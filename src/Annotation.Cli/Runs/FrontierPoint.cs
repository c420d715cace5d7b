using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Annotation.Cli.Runs;

/// <summary>One policy, or one n of best-of-n, on the frontier of score and KL.</summary>
/// <param name="Name">The policy's name, or <c>best of n</c>.</param>
/// <param name="Kl">Sequence KL from the policy they started from, in nats.</param>
/// <param name="Score">The judge's mean score.</param>
/// <param name="Low">Its 95 % interval over prompts from here.</param>
/// <param name="High">To here.</param>
/// <param name="Proxy">Mean score of the reward model it was trained on or picked by; null when none was named.</param>
/// <param name="Gap">
/// What the proxy gained since the start minus what the judge gained: it grows where a policy fits the proxy and nobody else. Null without
/// a proxy, or where the judge counts in other units.
/// </param>
/// <param name="IsBestOf">Whether no training is behind it.</param>
public sealed record FrontierPoint(
    string Name,
    double Kl,
    double Score,
    double Low,
    double High,
    double? Proxy,
    double? Gap,
    bool IsBestOf = false
)
{
    /// <summary>The points of one evaluation; the first also gives best-of-n.</summary>
    /// <param name="model">The policy's name.</param>
    /// <param name="judged">The result of its evaluation.</param>
    /// <param name="proxied">The same prompts judged by the proxy; null when none was named.</param>
    /// <param name="isFirst">Whether best-of-n is wanted.</param>
    /// <param name="sameUnits">Whether judge and proxy count alike, as reward models do.</param>
    public static IEnumerable<FrontierPoint> Of(string model, JsonElement judged, JsonElement? proxied, bool isFirst, bool sameUnits)
    {
        if (!judged.TryGetProperty("sequenceKl", out var kl))
        {
            throw new CommandFailedException($"'{model}' has another tokenizer than the policy it is measured against, so there is no KL.");
        }
        var score = judged.GetProperty("score");
        var start = Value(judged.GetProperty("scoreAgainst"));
        double? proxy = proxied is { } by ? Value(by.GetProperty("score")) : null;
        double? proxyStart = proxied is { } at ? Value(at.GetProperty("scoreAgainst")) : null;
        yield return new(
            model,
            Value(kl),
            Value(score),
            score.GetProperty("low").GetDouble(),
            score.GetProperty("high").GetDouble(),
            proxy,
            Gap(proxy, Value(score))
        );
        if (isFirst && judged.TryGetProperty("bestOfN", out var best) && best.TryGetProperty("curve", out var curve))
        {
            foreach (var point in curve.EnumerateArray())
            {
                var n = point.GetProperty("n").GetInt32().ToString(CultureInfo.InvariantCulture);
                var reached = point.GetProperty("score").GetDouble();
                // The proxy picks, when one is named.
                double? picker = proxied is null ? null : point.GetProperty("picker").GetDouble();
                yield return new(
                    $"best of {n}",
                    point.GetProperty("kl").GetDouble(),
                    reached,
                    point.GetProperty("low").GetDouble(),
                    point.GetProperty("high").GetDouble(),
                    picker,
                    Gap(picker, reached),
                    IsBestOf: true
                );
            }
        }

        double? Gap(double? by, double reached) => sameUnits ? by - proxyStart - (reached - start) : null;
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
