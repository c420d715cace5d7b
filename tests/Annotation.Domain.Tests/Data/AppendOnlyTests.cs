using Annotation.Domain.Accounts;
using Annotation.Testing;
using Npgsql;
using Xunit;

namespace Annotation.Domain.Tests.Data;

public sealed class AppendOnlyTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_database_itself_refuses_to_change_what_is_history()
    {
        await using var db = postgres.CreateContext();
        db.AuditEvents.Add(
            new AuditEvent
            {
                At = DateTimeOffset.UnixEpoch,
                Action = "a",
                Subject = "s",
            }
        );
        await db.SaveChangesAsync(Cancel);

        await using var connection = new NpgsqlConnection(postgres.ConnectionString);
        await connection.OpenAsync(Cancel);
        await using var update = new NpgsqlCommand("update audit_events set subject = 'other'", connection);
        var failure = await Assert.ThrowsAsync<PostgresException>(() => update.ExecuteNonQueryAsync(Cancel));
        await using var guarded = new NpgsqlCommand(
            "select string_agg(event_object_table, ' ' order by event_object_table) from information_schema.triggers where trigger_name = 'never_changed'",
            connection
        );

        Assert.Contains("never changed", failure.MessageText, StringComparison.Ordinal);
        Assert.Equal(
            "answers audit_events demonstrations dialogue_turns guideline_texts imported_answers inquiry_messages interactions late_submissions preference_set_items "
                + "preference_sets promotions questionnaires ranking_items rankings retractions suggestions",
            await guarded.ExecuteScalarAsync(Cancel)
        );
    }
}
