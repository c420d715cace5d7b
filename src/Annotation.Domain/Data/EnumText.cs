using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Annotation.Domain.Data;

/// <summary>Stores an enum as its name in lower case, so that rows read well in SQL and survive reordering.</summary>
internal sealed class EnumText<T>() : ValueConverter<T, string>(value => Write(value), text => Enum.Parse<T>(text, ignoreCase: true))
    where T : struct, Enum
{
    /// <summary>The value as stored.</summary>
    public static string Write(T value) => value.ToString().ToLowerInvariant();
}
