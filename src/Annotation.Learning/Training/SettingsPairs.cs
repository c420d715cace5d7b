using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace Annotation.Learning.Training;

/// <summary>Settings records from name=value pairs, and their check.</summary>
public static class SettingsPairs
{
    /// <summary>
    /// The default settings with the named ones replaced; names are those of the record's properties in any case, with or
    /// without dashes, numbers are written with a point.
    /// </summary>
    /// <exception cref="InvalidSettingException">A name is unknown, or a value is no such value or out of range.</exception>
    public static T Read<T>(IEnumerable<KeyValuePair<string, string>> pairs)
        where T : class, new() => (T)Read(typeof(T), pairs);

    internal static object Read(Type type, IEnumerable<KeyValuePair<string, string>> pairs)
    {
        var settings = Activator.CreateInstance(type)!;
        var properties = NamedSettings.PropertiesOf(type);
        foreach (var (name, value) in pairs)
        {
            var plain = name.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal);
            var property =
                properties.FirstOrDefault(p => p.Name.Equals(plain, StringComparison.OrdinalIgnoreCase))
                ?? throw new InvalidSettingException(
                    name,
                    $"there is no such setting; there are {string.Join(", ", properties.Select(p => p.Name))}."
                );
            property.SetValue(settings, Parse(property, value));
        }
        Check(settings);
        return settings;
    }

    /// <summary>Checks every [Range] and the other validation attributes of a settings record.</summary>
    /// <exception cref="InvalidSettingException">The first setting that is out of range.</exception>
    public static void Check<T>(T settings)
        where T : class
    {
        var faults = new List<ValidationResult>();
        if (!Validator.TryValidateObject(settings, new ValidationContext(settings), faults, validateAllProperties: true))
        {
            throw new InvalidSettingException(
                faults[0].MemberNames.FirstOrDefault() ?? settings.GetType().Name,
                faults[0].ErrorMessage ?? "not valid."
            );
        }
    }

    private static object? Parse(PropertyInfo property, string value)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType);
        if (type is not null && value is "" or "none" or "null")
        {
            return null;
        }
        type ??= property.PropertyType;
        try
        {
            var parsed = type.IsEnum
                ? Enum.Parse(type, value.Replace("-", "", StringComparison.Ordinal), ignoreCase: true)
                : TypeDescriptor.GetConverter(type).ConvertFromString(null, CultureInfo.InvariantCulture, value);
            return parsed is double and (double.NaN or double.PositiveInfinity or double.NegativeInfinity)
                ? throw new FormatException()
                : parsed;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            var wanted = type.IsEnum ? "one of " + string.Join(", ", Enum.GetNames(type)) : "a value of type " + type.Name;
            throw new InvalidSettingException(property.Name, $"'{value}' is not {wanted}.");
        }
    }
}
