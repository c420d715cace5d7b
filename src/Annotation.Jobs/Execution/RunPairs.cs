using System.Globalization;
using System.Text.Json;
using Annotation.Domain.Runs;
using Annotation.Learning.Training;

namespace Annotation.Jobs.Execution;

/// <summary>
/// The settings of a run as name and value pairs, whether its JSON holds what a person typed (texts) or a whole record
/// (numbers). Names are compared without case, dashes and underscores.
/// </summary>
public sealed class RunPairs
{
    // Columns of the run hold these, or they choose inputs; a trainer's Seed is the run's.
    private static readonly string[] Inputs = ["reward", "set", "base", "out", "device", "allowoverlap", "seed"];

    private readonly Dictionary<string, string> _pairs;
    private readonly long _seed;

    /// <summary>The settings of a run.</summary>
    public RunPairs(Run run)
    {
        using var json = JsonDocument.Parse(run.Settings);
        _pairs = json.RootElement.EnumerateObject().ToDictionary(p => Plain(p.Name), p => Text(p.Value));
        _seed = run.Seed;
    }

    /// <summary>The value of a name; null when it is not given.</summary>
    public string? Find(string name) => _pairs.GetValueOrDefault(Plain(name));

    /// <summary>One settings record; every name must be of it.</summary>
    /// <exception cref="InvalidSettingException">An unknown name (the message lists the known ones) or a wrong value.</exception>
    public T Read<T>()
        where T : class, new()
    {
        var pairs = _pairs.Where(p => !Inputs.Contains(p.Key)).ToDictionary();
        if (typeof(T).GetProperty("Seed") is not null)
        {
            pairs["seed"] = _seed.ToString(CultureInfo.InvariantCulture);
        }
        return SettingsPairs.Read<T>(pairs);
    }

    private static string Plain(string name) =>
        name.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();

    private static string Text(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Null => "",
            _ => value.GetRawText(),
        };
}
