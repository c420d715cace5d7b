using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Annotation.Domain.Data;

/// <summary>Names in the database: words in lower case joined by underscores, so that SQL needs no quotes.</summary>
internal static class SnakeCase
{
    /// <summary>Renames every column, key and index that the mappings left at its default.</summary>
    public static void Apply(IMutableModel model)
    {
        foreach (var entity in model.GetEntityTypes())
        {
            var table = entity.GetTableName()!;
            foreach (var property in entity.GetProperties())
            {
                property.SetColumnName(From(property.GetColumnName()));
            }

            foreach (var key in entity.GetKeys().Where(k => k.IsPrimaryKey()))
            {
                key.SetName($"pk_{table}");
            }

            foreach (var index in entity.GetIndexes())
            {
                index.SetDatabaseName(
                    index.GetDatabaseName() is { } name && name.StartsWith("ix_", StringComparison.Ordinal)
                        ? name
                        : Join("ix", table, index.Properties)
                );
            }

            foreach (var foreignKey in entity.GetForeignKeys())
            {
                foreignKey.SetConstraintName(Join("fk", table, foreignKey.Properties));
            }
        }
    }

    private static string Join(string prefix, string table, IEnumerable<IMutableProperty> properties)
    {
        var name = $"{prefix}_{table}_{string.Join('_', properties.Select(p => From(p.Name)))}";
        return name.Length <= 63 ? name : name[..63];
    }

    private static string From(string name)
    {
        var result = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            if (char.IsUpper(name[i]) && i > 0 && (char.IsLower(name[i - 1]) || char.IsDigit(name[i - 1])))
            {
                result.Append('_');
            }

            result.Append(char.ToLowerInvariant(name[i]));
        }

        return result.ToString();
    }
}
