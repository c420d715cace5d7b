using System.Diagnostics;
using System.Globalization;
using Annotation.Benchmarks.Machines;
using Annotation.Domain.Labeling;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Annotation.Benchmarks.Labeling;

/// <summary>
/// Proves that every task gets exactly k judgements and no acknowledged one is lost, with two web processes and a
/// database that are killed in the middle, leases that run out, undos and corrections.
/// </summary>
public sealed record ExactnessRun(int Tasks, int Clients, int K, int WebKills, int DatabaseKills, int FirstPort)
{
    // Often enough that leases run out under people who are about to submit.
    private static readonly TimeSpan Aging = TimeSpan.FromSeconds(1);

    // The invariant holds at every commit, so it is looked for while all this goes on, too.
    private const int ChecksOneIn = 5;

    /// <summary>Runs until every task is closed and all kills are done, and compares what clients know with what is stored.</summary>
    public async Task<ExactnessFigures> RunAsync(CancellationToken cancellation)
    {
        await using var platform = await LoadPlatform.StartAsync(FirstPort, webs: 2, cancellation);
        var services = platform.Services;
        var project = await LoadProject.CreateAsync(services, Tasks, completions: 2, K, Clients, cancellation);
        var traffic = new Traffic([.. platform.Webs.Select(w => w.Address)]);
        var folder = Directory.CreateTempSubdirectory("annotation-acknowledged").FullName;
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Clients })
        {
            Timeout = TimeSpan.FromSeconds(30),
        };
        var closed = false;
        var files = project.Labelers.Select((_, i) => Path.Combine(folder, $"{i}.txt")).ToList();
        var clock = Stopwatch.StartNew();
        var working = Task.WhenAll(
            project.Labelers.Select(
                (labeler, i) =>
                    Task.Run(
                        () =>
                            new ExactnessClient(new LoadClient(http, labeler, project.Id), traffic, new Random(i), files[i]).RunAsync(
                                () => Volatile.Read(ref closed),
                                cancellation
                            ),
                        cancellation
                    )
            )
        );
        var database = services.GetRequiredService<NpgsqlDataSource>();
        var killing = KillAsync(platform, traffic, () => Volatile.Read(ref closed), cancellation);
        var check = services.GetRequiredService<CheckExactness>();
        var (ranOut, checks, offWhileRunning) = (0, 0, 0);
        for (var round = 1; !closed; round++)
        {
            await Task.Delay(Aging, cancellation);
            if (round % ChecksOneIn == 0 && await TryAsync(check, cancellation) is { } off)
            {
                checks++;
                offWhileRunning += off;
            }

            ranOut += await TryAsync(database, RunOut, cancellation);
            // A database that is down says nothing; zero comes only from one that answers.
            var unfinished = await TryAsync(database, Unfinished, cancellation);
            Volatile.Write(ref closed, unfinished == 0);
            if (working.IsFaulted)
            {
                break;
            }
        }

        await working;
        var took = clock.Elapsed;
        var kills = await killing;
        var report = await check.RunAsync(null, cancellation);
        var figures = await Reconciliation.CompareAsync(database, files, cancellation);
        Directory.Delete(folder, recursive: true);
        return figures with
        {
            Seconds = took.TotalSeconds,
            TasksOff = report.Off.Count + (int)(report.TaskCount - report.ClosedCount),
            TaskCount = (int)report.TaskCount,
            WebKills = kills.Web,
            KillsWithSubmitsInFlight = kills.InFlight,
            DatabaseKills = kills.Database,
            FailedRequests = traffic.Failures,
            LeasesRunOut = ranOut,
            Checks = checks,
            TasksOffWhileRunning = offWhileRunning,
        };
    }

    // One web process at a time, the database in between; a kill counts when submits were on their way to what was killed.
    private async Task<(int Web, int InFlight, int Database)> KillAsync(
        LoadPlatform platform,
        Traffic traffic,
        Func<bool> closed,
        CancellationToken cancellation
    )
    {
        var (web, inFlight, database) = (0, 0, 0);
        while (web < WebKills && !closed())
        {
            var victim = platform.Webs[web % platform.Webs.Count];
            for (var wait = 0; wait < 500 && traffic.SubmitsInFlight(victim.Address) == 0; wait++)
            {
                await Task.Delay(2, cancellation);
            }

            inFlight += traffic.SubmitsInFlight(victim.Address) > 0 ? 1 : 0;
            victim.Kill();
            web++;
            // Clients may go on with the other process, but a part of the work is for each kill.
            traffic.RestAfter(Tasks * K * web / (WebKills + 1));
            if (database < DatabaseKills && web * (DatabaseKills + 1) >= (database + 1) * WebKills)
            {
                await platform.Postgres.KillAndStartAsync(cancellation);
                database++;
            }

            await victim.LaunchAsync(cancellation);
            traffic.RestAfter(int.MaxValue);
        }

        return (web, inFlight, database);
    }

    private static async Task<int?> TryAsync(CheckExactness check, CancellationToken cancellation)
    {
        try
        {
            return (await check.RunAsync(null, cancellation)).Off.Count;
        }
        catch (NpgsqlException)
        {
            return null;
        }
    }

    private static async Task<int> TryAsync(NpgsqlDataSource database, string sql, CancellationToken cancellation)
    {
        try
        {
            await using var command = database.CreateCommand(sql);
            return Convert.ToInt32(await command.ExecuteScalarAsync(cancellation), CultureInfo.InvariantCulture);
        }
        catch (NpgsqlException)
        {
            return sql == Unfinished ? -1 : 0;
        }
    }

    private const string Unfinished = "select count(*) from labeling_tasks where closed_at is null";

    // What fifteen minutes of silence would do, to a few of those who hold a task right now.
    private const string RunOut = """
        with aged as (
          update assignments set lease_until = now() - interval '1 second'
          where id in (select id from assignments where state = 'active' order by random() limit 3) and state = 'active'
          returning 1)
        select count(*) from aged
        """;
}

/// <summary>What a run found; the first five are to be as wanted.</summary>
public sealed record ExactnessFigures
{
    /// <summary>Acknowledged judgements that are not stored and live.</summary>
    public int Lost { get; init; }

    /// <summary>Judgements stored twice, or stored without any client knowing.</summary>
    public int Duplicate { get; init; }

    /// <summary>Tasks that are not closed with exactly k.</summary>
    public int TasksOff { get; init; }

    /// <summary>Late work that was acknowledged as kept aside and is not there.</summary>
    public int LateLost { get; init; }

    /// <summary>The same found by the proving query while all went on, in the sum of its <see cref="Checks"/>.</summary>
    public int TasksOffWhileRunning { get; init; }

    public int Checks { get; init; }
    public int TaskCount { get; init; }
    public int Acknowledged { get; init; }
    public int LiveJudgements { get; init; }
    public int Undone { get; init; }
    public int Late { get; init; }
    public int WebKills { get; init; }
    public int KillsWithSubmitsInFlight { get; init; }
    public int DatabaseKills { get; init; }
    public int FailedRequests { get; init; }
    public int LeasesRunOut { get; init; }
    public double Seconds { get; init; }
}
