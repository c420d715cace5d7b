using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Annotation.Domain.Data;

/// <summary>Lets a worker wait until the web application has brought the database up to this program's schema.</summary>
public sealed class WaitForSchema(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Returns when no migration is missing and nobody prepares the database any more; ends only so or by the token.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!await IsReadyAsync(cancellationToken))
        {
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            var applied = await db.Database.GetAppliedMigrationsAsync(cancellationToken);
            if (db.Database.GetMigrations().Except(applied).Any())
            {
                return false;
            }

            // After the last migration the same lock covers the queue's tables and the seed; held until the end of this statement.
            return await db
                .Database.SqlQuery<bool>($"select pg_try_advisory_xact_lock_shared({MigrateAndSeed.LockKey}) as \"Value\"")
                .SingleAsync(cancellationToken);
        }
        catch (NpgsqlException)
        {
            // No server or no database yet: that is what this waits for.
            return false;
        }
    }
}
