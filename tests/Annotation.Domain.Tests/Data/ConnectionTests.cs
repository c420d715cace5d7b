using System.Data;
using Annotation.Domain.Labeling;
using Annotation.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Annotation.Domain.Tests.Data;

public sealed class ConnectionTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Connections go back to the pool as they are: what a claim sets must end with its transaction.</summary>
    [Theory]
    [InlineData("plan_cache_mode", "auto")]
    [InlineData("jit", "off")]
    [InlineData("max_parallel_workers_per_gather", "0")]
    public async Task A_claim_leaves_its_connection_as_it_was(string setting, string value)
    {
        await using var services = postgres.BuildServices(
            new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { MaxPoolSize = 1 }.ConnectionString
        );
        var project = await postgres.ProjectAsync(Cancel);
        await postgres.TaskAsync(project, Cancel, 1, 0, "a", "b");
        var person = await postgres.PersonAsync(Cancel);
        var claim = services.GetRequiredService<ClaimNextAssignment>();
        Assert.True((await claim.RunAsync(person, project, [], Cancel)).Succeeded);
        // Nothing is left: the transaction is given up half way.
        Assert.False((await claim.RunAsync(Guid.NewGuid(), project, [], Cancel)).Succeeded);
        await using var show = services.GetRequiredService<NpgsqlDataSource>().CreateCommand($"show {setting}");
        Assert.Equal(value, await show.ExecuteScalarAsync(Cancel));
    }

    /// <summary>Contexts are pooled too: whoever gets one next must not keep a connection because of what was done before.</summary>
    [Fact]
    public async Task A_context_gives_its_connection_back_after_each_query_whatever_it_was_used_for_before()
    {
        var project = await postgres.ProjectAsync(Cancel);
        await postgres.TaskAsync(project, Cancel, 1, 0, "a", "b");
        var person = await postgres.PersonAsync(Cancel);
        var task = (await postgres.Get<ClaimNextAssignment>().RunAsync(person, project, [], Cancel)).Value!;
        Assert.True((await postgres.Get<LookUpAssignment>().RunAsync(task.AssignmentId, person, Cancel)).Succeeded);
        Assert.True((await postgres.Get<RenewLease>().RunAsync(task.AssignmentId, person, task.Version, Cancel)).Succeeded);
        Assert.True((await postgres.Get<SkipAssignment>().RunAsync(task.AssignmentId, person, task.Version, "unclear", Cancel)).Succeeded);
        await using var db = postgres.CreateContext();
        await db.Rankings.CountAsync(Cancel);
        Assert.Equal(ConnectionState.Closed, db.Database.GetDbConnection().State);
    }

    [Theory]
    [InlineData("Maximum Pool Size=7;No Reset On Close=false;Max Auto Prepare=0")]
    [InlineData("MaxPoolSize=7;NoResetOnClose=false;MaxAutoPrepare=0")]
    public async Task What_a_connection_string_says_is_left_as_it_is(string said)
    {
        await using var services = postgres.BuildServices("Host=somewhere;" + said);
        var used = new NpgsqlConnectionStringBuilder(services.GetRequiredService<NpgsqlDataSource>().ConnectionString);
        Assert.Equal((7, false, 0), (used.MaxPoolSize, used.NoResetOnClose, used.MaxAutoPrepare));
    }
}
