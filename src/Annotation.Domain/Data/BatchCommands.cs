using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Annotation.Domain.Data;

/// <summary>Statements that go to the database together, and what they return.</summary>
internal static class BatchCommands
{
    /// <summary>
    /// An empty batch in the context's transaction, which must have begun: a connection that is opened without one is never
    /// given back between the queries of those who get the pooled context later.
    /// </summary>
    public static NpgsqlBatch CreateBatch(this AnnotationDbContext db)
    {
        var transaction = (NpgsqlTransaction)db.Database.CurrentTransaction!.GetDbTransaction();
        return new NpgsqlBatch(transaction.Connection, transaction);
    }

    /// <summary>Adds a statement with its parameters $1, $2, and so on.</summary>
    public static void Add(this NpgsqlBatch batch, string sql, params ReadOnlySpan<object> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter is DateTimeOffset at ? at.ToUniversalTime() : parameter });
        }

        batch.BatchCommands.Add(command);
    }

    /// <summary>The text or object in a column; null when it is null.</summary>
    public static T? Maybe<T>(this NpgsqlDataReader reader, int column)
        where T : class => reader.IsDBNull(column) ? null : reader.GetFieldValue<T>(column);

    /// <summary>The value in a column; null when it is null.</summary>
    public static T? MaybeValue<T>(this NpgsqlDataReader reader, int column)
        where T : struct => reader.IsDBNull(column) ? null : reader.GetFieldValue<T>(column);
}
