namespace Annotation.Learning.Models.Positions;

/// <summary>
/// How rotary frequencies are stretched so that a model reads further than it was pretrained to: config.json's
/// <c>rope_scaling</c>, or the same fields in <c>rope_parameters</c>.
/// </summary>
/// <param name="Kind"><c>linear</c>, <c>llama3</c> or <c>yarn</c>.</param>
/// <param name="Factor">How many times further.</param>
/// <param name="OriginalContextLength">Positions of pretraining; not used by <c>linear</c>.</param>
public sealed record RopeScaling(string Kind, double Factor, int OriginalContextLength)
{
    /// <summary>Positions are divided by the factor (Chen et al. 2023).</summary>
    public const string Linear = "linear";

    /// <summary>Only low frequencies are divided, with a smooth passage between (Llama 3.1).</summary>
    public const string Llama3 = "llama3";

    /// <summary>Divided by how often a frequency turns within the original context, and attention sharpened (Peng et al. 2023, YaRN).</summary>
    public const string Yarn = "yarn";

    /// <summary>Of llama3: wavelengths above the original context / this are divided by the whole factor.</summary>
    public double LowFrequencyFactor { get; init; } = 1;

    /// <summary>Of llama3: wavelengths below the original context / this stay.</summary>
    public double HighFrequencyFactor { get; init; } = 4;

    /// <summary>Of yarn: frequencies that turn more often than this stay.</summary>
    public double BetaFast { get; init; } = 32;

    /// <summary>Of yarn: frequencies that turn less often than this are divided by the whole factor.</summary>
    public double BetaSlow { get; init; } = 1;

    /// <summary>Of yarn: what cosines and sines are multiplied by; null for 0.1 ln(factor) + 1.</summary>
    public double? AttentionFactor { get; init; }

    /// <summary>Of yarn: whether the bounds of the passage are rounded outwards to whole dimensions.</summary>
    public bool Truncate { get; init; } = true;

    /// <summary>Reads the scaling of a config, null when there is none.</summary>
    internal static RopeScaling? Read(ConfigFile file)
    {
        if (file.Object("rope_parameters") is { } parameters)
        {
            return Read(parameters, file);
        }
        return file.Object("rope_scaling") is { } scaling ? Read(scaling, file) : null;
    }

    /// <summary>The fields of config.json's <c>rope_scaling</c>.</summary>
    internal IReadOnlyDictionary<string, object> Write()
    {
        var fields = new Dictionary<string, object> { ["rope_type"] = Kind, ["factor"] = Factor };
        if (Kind == Llama3)
        {
            (fields["low_freq_factor"], fields["high_freq_factor"]) = (LowFrequencyFactor, HighFrequencyFactor);
        }
        if (Kind == Yarn)
        {
            (fields["beta_fast"], fields["beta_slow"], fields["truncate"]) = (BetaFast, BetaSlow, Truncate);
            if (AttentionFactor is { } factor)
            {
                fields["attention_factor"] = factor;
            }
        }
        if (Kind != Linear)
        {
            fields["original_max_position_embeddings"] = OriginalContextLength;
        }
        return fields;
    }

    private static RopeScaling? Read(ConfigFile fields, ConfigFile config)
    {
        var name = fields.Has("rope_type") ? "rope_type" : "type";
        var kind = fields.OneOf(name, "default", "default", Linear, Llama3, Yarn);
        if (kind == "default")
        {
            return null;
        }
        // DeepSeek's further factors of yarn belong to models that are not read here.
        fields.RequireNull("mscale");
        fields.RequireNull("mscale_all_dim");
        var context = config.Count("max_position_embeddings");
        var original = fields.Count("original_max_position_embeddings", kind == Llama3 ? null : context);
        var scaling = new RopeScaling(kind, fields.Number("factor", null), original)
        {
            LowFrequencyFactor = fields.Number("low_freq_factor", kind == Llama3 ? null : 1),
            HighFrequencyFactor = fields.Number("high_freq_factor", kind == Llama3 ? null : 4),
            BetaFast = fields.Number("beta_fast", 32),
            BetaSlow = fields.Number("beta_slow", 1),
            AttentionFactor = fields.Has("attention_factor") ? fields.Number("attention_factor", null) : null,
            Truncate = fields.Flag("truncate", true),
        };
        return scaling.HighFrequencyFactor > scaling.LowFrequencyFactor || kind != Llama3
            ? scaling
            : throw fields.Refuse("high_freq_factor", $"is not above low_freq_factor {scaling.LowFrequencyFactor}");
    }
}
