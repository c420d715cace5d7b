using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Annotation.Domain.Data;

/// <summary>Stores a property as one jsonb document.</summary>
internal static class JsonColumn
{
    /// <summary>Maps the property to jsonb. The values are never changed in place, so they compare by their JSON.</summary>
    public static PropertyBuilder<T> HasJsonConversion<T>(this PropertyBuilder<T> property, JsonSerializerOptions? options = null)
    {
        return property
            .HasColumnType("jsonb")
            .HasConversion(
                value => JsonSerializer.Serialize(value, options),
                json => JsonSerializer.Deserialize<T>(json, options)!,
                new ValueComparer<T>(
                    (a, b) => JsonSerializer.Serialize(a, options) == JsonSerializer.Serialize(b, options),
                    value => JsonSerializer.Serialize(value, options).GetHashCode(StringComparison.Ordinal)
                )
            );
    }
}
