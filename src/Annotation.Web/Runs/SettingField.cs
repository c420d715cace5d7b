using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Annotation.Domain.Runs;
using Annotation.Learning.Training;

namespace Annotation.Web.Runs;

/// <summary>One setting of a trainer, as its record describes it.</summary>
/// <param name="Name">As typed in <c>name=value</c>.</param>
/// <param name="Default">The default, as text; empty for none.</param>
/// <param name="Range">Smallest and largest value, as text; null when anything goes.</param>
/// <param name="Choices">The values of an enumeration; empty for numbers.</param>
/// <param name="Description">What it means.</param>
public sealed partial record SettingField(string Name, string Default, string? Range, IReadOnlyList<string> Choices, string Description)
{
    /// <summary>The settings of a kind of training, in the order of its record.</summary>
    public static IReadOnlyList<SettingField> For(RunKind kind) => RunSettings.RecordOf(kind) is { } record ? Read(record) : [];

    private static IReadOnlyList<SettingField> Read(Type record)
    {
        var defaults = Activator.CreateInstance(record);
        var descriptions = Describe(record);
        return
        [
            .. NamedSettings
                .PropertiesOf(record)
                .Select(p => new SettingField(
                    char.ToLowerInvariant(p.Name[0]) + p.Name[1..],
                    Convert.ToString(p.GetValue(defaults), CultureInfo.InvariantCulture) ?? "",
                    p.GetCustomAttribute<RangeAttribute>() is { } range
                        ? string.Create(CultureInfo.InvariantCulture, $"{range.Minimum} to {range.Maximum}")
                        : null,
                    ChoicesOf(p.PropertyType),
                    descriptions.GetValueOrDefault(p.Name, "")
                )),
        ];
    }

    private static string[] ChoicesOf(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain.IsEnum ? Enum.GetNames(plain)
            : plain == typeof(bool) ? ["True", "False"]
            : [];
    }

    /// <summary>The summaries of a record's properties, from the documentation file beside its assembly.</summary>
    private static Dictionary<string, string> Describe(Type type)
    {
        var file = Path.ChangeExtension(type.Assembly.Location, ".xml");
        if (!File.Exists(file))
        {
            return [];
        }

        var summaries = XDocument
            .Load(file)
            .Descendants("member")
            .ToDictionary(m => m.Attribute("name")?.Value ?? "", m => Plain(m.Element("summary")));
        return type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .ToDictionary(p => p.Name, p => summaries.GetValueOrDefault($"P:{p.DeclaringType!.FullName}.{p.Name}", ""));
    }

    private static string Plain(XElement? summary)
    {
        foreach (var reference in summary?.Descendants("see").ToList() ?? [])
        {
            reference.ReplaceWith(reference.Attribute("cref")?.Value.Split('.')[^1] ?? reference.Value);
        }

        return WhiteSpace().Replace(summary?.Value ?? "", " ").Trim();
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
