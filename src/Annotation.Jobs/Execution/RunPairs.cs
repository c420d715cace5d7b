using System.Globalization;
using System.Reflection;
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

    private RunPairs(Dictionary<string, string> pairs, long seed) => (_pairs, _seed) = (pairs, seed);

    /// <summary>The same pairs, with these where a name is not given.</summary>
    public RunPairs WithDefaults(IEnumerable<KeyValuePair<string, string>> defaults)
    {
        var pairs = new Dictionary<string, string>(_pairs);
        foreach (var (name, value) in defaults)
        {
            pairs.TryAdd(Plain(name), value);
        }
        return new RunPairs(pairs, _seed);
    }

    /// <summary>The value of a name; null when it is not given.</summary>
    public string? Find(string name) => _pairs.GetValueOrDefault(Plain(name));

    /// <summary>One settings record; every name must be of it.</summary>
    /// <exception cref="InvalidSettingException">An unknown name (the message lists the known ones) or a wrong value.</exception>
    public T Read<T>()
        where T : class, new() => Read<T>(p => !IsInput(p));

    /// <summary>Two settings records that share the pairs between them; every name must be of one.</summary>
    /// <exception cref="InvalidSettingException">An unknown name (the message lists the known ones) or a wrong value.</exception>
    public (TFirst First, TSecond Second) Read<TFirst, TSecond>()
        where TFirst : class, new()
        where TSecond : class, new()
    {
        var (first, second) = (Names<TFirst>(), Names<TSecond>());
        var plain = first.Concat(second).Select(Plain).ToHashSet();
        if (_pairs.Keys.FirstOrDefault(p => !IsInput(p) && !plain.Contains(p)) is { } unknown)
        {
            throw new InvalidSettingException(
                unknown,
                $"there is no such setting; there are {string.Join(", ", first.Concat(second).Distinct())}."
            );
        }
        return (Read<TFirst>(first.Select(Plain).Contains), Read<TSecond>(second.Select(Plain).Contains));
    }

    private T Read<T>(Func<string, bool> belongs)
        where T : class, new()
    {
        var pairs = _pairs.Where(p => belongs(p.Key)).ToDictionary();
        if (Names<T>().Contains("Seed"))
        {
            pairs["seed"] = _seed.ToString(CultureInfo.InvariantCulture);
        }
        return SettingsPairs.Read<T>(pairs);
    }

    private static bool IsInput(string name) => Inputs.Contains(name);

    private static List<string> Names<T>() =>
        [.. typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite).Select(p => p.Name)];

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
