using System.Globalization;
using System.Reflection;

namespace Annotation.Learning.Training;

/// <summary>Looks at a run's settings before the run is queued.</summary>
public static class NamedSettings
{
    /// <summary>
    /// The settings of a record, those of the record that it extends first, each in the order of their declaration; how the model is held, which
    /// all trainers have, comes last.
    /// </summary>
    public static IReadOnlyList<PropertyInfo> PropertiesOf(Type record) =>
        record.IsSubclassOf(typeof(MemorySettings)) ? [.. Declared(record), .. Declared(typeof(MemorySettings))] : Declared(record);

    /// <summary>Every setting of a record by name, as text that reads the same everywhere; <c>none</c> where it is left off.</summary>
    public static Dictionary<string, string> Values(object settings) =>
        PropertiesOf(settings.GetType())
            .ToDictionary(
                p => p.Name,
                p => Convert.ToString(p.GetValue(settings), CultureInfo.InvariantCulture) is { Length: > 0 } value ? value : "none"
            );

    private static List<PropertyInfo> Declared(Type record)
    {
        var own = record.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(p => p.CanWrite);
        var extended = record.BaseType == typeof(object) || record.BaseType == typeof(MemorySettings) ? null : record.BaseType;
        return extended is null ? [.. own] : [.. Declared(extended), .. own];
    }

    /// <summary>What is wrong with the first name=value pair that a settings record cannot take, in one sentence; null when nothing is.</summary>
    /// <param name="record">The record with the settings of the run's kind.</param>
    /// <param name="pairs">Names in any case, with or without dashes.</param>
    public static string? FindFault(Type record, IEnumerable<KeyValuePair<string, string>> pairs)
    {
        try
        {
            SettingsPairs.Read(record, pairs);
            return null;
        }
        catch (InvalidSettingException fault)
        {
            return fault.Message;
        }
    }
}
