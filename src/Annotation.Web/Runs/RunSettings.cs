using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Annotation.Domain;
using Annotation.Domain.Runs;
using Annotation.Learning.Dpo;
using Annotation.Learning.Grpo;
using Annotation.Learning.Ppo;
using Annotation.Learning.RewardModeling;
using Annotation.Learning.Rloo;
using Annotation.Learning.Sft;
using Annotation.Learning.Training;

namespace Annotation.Web.Runs;

/// <summary>The name=value pairs of a run that somebody asks for. Names are compared without case, dashes and underscores.</summary>
internal sealed class RunSettings
{
    private const string Seed = "seed";

    private readonly Dictionary<string, string> _pairs = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The pairs that came with the request.</summary>
    public RunSettings(IReadOnlyDictionary<string, string>? settings)
    {
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            _pairs[name.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal)] = value;
        }
    }

    /// <summary>The record that holds the settings of a kind of run; null for imports, which have none.</summary>
    public static Type? RecordOf(RunKind kind) =>
        kind switch
        {
            RunKind.Base => typeof(BaseModelSettings),
            RunKind.Sft => typeof(SftSettings),
            RunKind.Reward => typeof(RewardModelSettings),
            RunKind.Ppo => typeof(PpoSettings),
            RunKind.Rloo => typeof(RlooSettings),
            RunKind.Grpo => typeof(GrpoSettings),
            RunKind.Dpo => typeof(DpoSettings),
            RunKind.Generate => typeof(GenerationSettings),
            RunKind.Evaluate => typeof(EvaluationSettings),
            _ => null,
        };

    /// <summary>Takes a pair out, because it says what the run works on or where; null when it is not there or empty.</summary>
    public string? Take(string name) => _pairs.Remove(name, out var value) && !string.IsNullOrWhiteSpace(value) ? value : null;

    /// <summary>Adds a pair; a setting that nobody named is the worker's to choose.</summary>
    public void Add(string name, IFormattable? value) => Add(name, value?.ToString(null, CultureInfo.InvariantCulture));

    /// <inheritdoc cref="Add(string, IFormattable?)"/>
    public void Add(string name, string? value)
    {
        if (value is not null)
        {
            _pairs[name] = value;
        }
    }

    /// <summary>Whether a run of this kind can be carried out with these settings; if not, why.</summary>
    public bool Fit(RunKind kind, out long seed, [NotNullWhen(false)] out Refusal? refusal)
    {
        seed = 1;
        var record = RecordOf(kind) ?? throw new ArgumentOutOfRangeException(nameof(kind), kind, "A run of this kind has no settings.");
        var fault =
            _pairs.TryGetValue(Seed, out var text) && !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seed)
                ? $"The seed '{text}' is no whole number from 0 up."
                // Where the trainer's record has no seed of its own, the run's is used as it is.
                : NamedSettings.FindFault(record, _pairs.Where(p => record.GetProperty("Seed") is not null || !IsSeed(p.Key)));
        refusal = fault is null ? null : new Refusal("invalid-settings", fault);
        return fault is null;
    }

    /// <summary>The pairs as a run stores them.</summary>
    public string ToJson() => JsonSerializer.Serialize(_pairs);

    private static bool IsSeed(string name) => name.Equals(Seed, StringComparison.OrdinalIgnoreCase);
}
