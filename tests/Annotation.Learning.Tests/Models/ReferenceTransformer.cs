using System.Text.Json.Nodes;

namespace Annotation.Learning.Tests.Models;

/// <summary>
/// A Llama-shaped model in plain float64 loops, written from the papers' formulas and from the fields of config.json. Slow, and
/// without a line of the code under test.
/// </summary>
internal sealed class ReferenceTransformer(JsonObject config, IReadOnlyDictionary<string, (long[] Shape, double[] Values)> weights)
{
    private int Heads => (int)config["num_attention_heads"]!;
    private int Shared => (int)config["num_key_value_heads"]!;
    private int Size => (int?)config["head_dim"] ?? (int)config["hidden_size"]! / Heads;
    private double Epsilon => (double)config["rms_norm_eps"]!;

    /// <summary>Logits after the last of these ids, (V).</summary>
    internal double[] Logits(int[] ids)
    {
        var states = ids.Select(id => Row("model.embed_tokens.weight", id)).ToArray();
        for (var layer = 0; layer < (int)config["num_hidden_layers"]!; layer++)
        {
            var prefix = $"model.layers.{layer}.";
            var normed = states.Select(x => Norm(x, prefix + "input_layernorm")).ToArray();
            var attended = Attend(normed, prefix + "self_attn.", layer);
            states = [.. states.Zip(attended, Sum)];
            states = [.. states.Select(x => Sum(x, FeedForward(Norm(x, prefix + "post_attention_layernorm"), prefix + "mlp.")))];
        }
        var last = Norm(states[^1], "model.norm");
        return Times((bool?)config["tie_word_embeddings"] == true ? "model.embed_tokens" : "lm_head", last);
    }

    private double[][] Attend(double[][] inputs, string prefix, int layer)
    {
        var (queries, keys) = (Project("q", Heads), Project("k", Shared));
        var values = inputs.Select(x => Times(prefix + "v_proj", x).Chunk(Size).ToArray()).ToArray();
        return [.. inputs.Select((_, t) => Times(prefix + "o_proj", [.. Enumerable.Range(0, Heads).SelectMany(h => Head(t, h))]))];

        double[][][] Project(string name, int heads) =>
            [
                .. inputs.Select(
                    (x, t) =>
                        Times($"{prefix}{name}_proj", x)
                            .Chunk(Size)
                            .Select(head => weights.ContainsKey($"{prefix}{name}_norm.weight") ? Norm(head, $"{prefix}{name}_norm") : head)
                            .Select(head => Turn(head, t))
                            .ToArray()
                ),
            ];

        double[] Head(int t, int h)
        {
            var group = h * Shared / Heads;
            var seen = Enumerable.Range(0, t + 1).Where(j => t - j < Window(layer)).ToArray();
            var scores = seen.Select(j => Dot(queries[t][h], keys[j][group]) / Math.Sqrt(Size)).ToArray();
            var largest = scores.Max();
            var total = scores.Sum(s => Math.Exp(s - largest));
            var result = new double[Size];
            for (var i = 0; i < seen.Length; i++)
            {
                result = Sum(result, [.. values[seen[i]][group].Select(v => v * Math.Exp(scores[i] - largest) / total)]);
            }
            return result;
        }
    }

    private double[] FeedForward(double[] x, string prefix)
    {
        var gate = Times(prefix + "gate_proj", x).Select(g => g / (1 + Math.Exp(-g)));
        return Times(prefix + "down_proj", [.. gate.Zip(Times(prefix + "up_proj", x), (g, u) => g * u)]);
    }

    private double Window(int layer)
    {
        var types = config["layer_types"]?.AsArray().Select(t => (string)t!).ToArray();
        var on = (string)config["model_type"]! switch
        {
            "mistral" => true,
            "qwen2" or "qwen3" => (bool?)config["use_sliding_window"] == true
                && (types is not null ? types[layer] == "sliding_attention" : layer >= (int)config["max_window_layers"]!),
            _ => false,
        };
        return on && config["sliding_window"] is { } window ? (double)window : double.PositiveInfinity;
    }

    /// <summary>Numbers i and i + hd/2 as the real and imaginary part of a complex number that is turned.</summary>
    private double[] Turn(double[] head, int position)
    {
        var result = new double[Size];
        for (var i = 0; i < Size / 2; i++)
        {
            var (frequency, factor) = Frequency(i);
            var (sine, cosine) = Math.SinCos(position * frequency);
            result[i] = factor * (head[i] * cosine - head[i + Size / 2] * sine);
            result[i + Size / 2] = factor * (head[i] * sine + head[i + Size / 2] * cosine);
        }
        return result;
    }

    /// <summary>As in transformers' modeling_rope_utils.py.</summary>
    private (double Frequency, double Factor) Frequency(int i)
    {
        var scaling = (JsonObject?)(config["rope_parameters"] ?? config["rope_scaling"]);
        var theta = (double?)config["rope_theta"] ?? (double?)scaling?["rope_theta"] ?? 10000;
        var frequency = 1 / Math.Pow(theta, 2.0 * i / Size);
        var kind = (string?)(scaling?["rope_type"] ?? scaling?["type"]) ?? "default";
        var factor = (double?)scaling?["factor"] ?? 1;
        var original = (double?)scaling?["original_max_position_embeddings"] ?? 0;
        switch (kind)
        {
            case "linear":
                return (frequency / factor, 1);
            case "llama3":
                var (low, high) = ((double)scaling!["low_freq_factor"]!, (double)scaling["high_freq_factor"]!);
                var wavelength = 2 * Math.PI / frequency;
                if (wavelength < original / high)
                {
                    return (frequency, 1);
                }
                if (wavelength > original / low)
                {
                    return (frequency / factor, 1);
                }
                var smooth = (original / wavelength - low) / (high - low);
                return ((1 - smooth) * frequency / factor + smooth * frequency, 1);
            case "yarn":
                double Dimension(double turns) => Size * Math.Log(original / (turns * 2 * Math.PI)) / (2 * Math.Log(theta));
                var (first, last) = (Math.Max(Math.Floor(Dimension(32)), 0), Math.Min(Math.Ceiling(Dimension(1)), Size - 1));
                var ramp = Math.Min(1, Math.Max(0, (i - first) / (last - first)));
                return (frequency / factor * ramp + frequency * (1 - ramp), 0.1 * Math.Log(factor) + 1);
            default:
                return (frequency, 1);
        }
    }

    private double[] Norm(double[] x, string name)
    {
        var scale = 1 / Math.Sqrt(x.Average(v => v * v) + Epsilon);
        return [.. x.Zip(weights[name + ".weight"].Values, (v, w) => v * scale * w)];
    }

    /// <summary>W x + b.</summary>
    private double[] Times(string name, double[] x)
    {
        var bias = weights.TryGetValue(name + ".bias", out var b) ? b.Values : null;
        return
        [
            .. Enumerable.Range(0, (int)weights[name + ".weight"].Shape[0]).Select(o => Dot(Row(name + ".weight", o), x) + (bias?[o] ?? 0)),
        ];
    }

    private double[] Row(string name, int row)
    {
        var width = (int)weights[name].Shape[1];
        return weights[name].Values[(row * width)..((row + 1) * width)];
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    private static double[] Sum(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];
}
