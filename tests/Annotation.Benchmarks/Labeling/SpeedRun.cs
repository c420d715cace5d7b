using System.Diagnostics;
using Annotation.Benchmarks.Machines;
using Annotation.Domain.Accounts;
using Annotation.Domain.Labeling;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Annotation.Benchmarks.Labeling;

/// <summary>How fast tasks are handed out and judgements stored over HTTP by two web processes.</summary>
internal sealed record SpeedRun(double Rate, TimeSpan Duration, int Tasks, int Labelers, int FirstPort)
{
    // As many as keep two cores busy; more only wait.
    private const int ClosedLoopClients = 16;
    private static readonly TimeSpan Stretch = TimeSpan.FromSeconds(20);

    /// <summary>The open loop at the asked rate, with what each part took of the processors.</summary>
    public Task OpenLoopAsync(Action<string, object> say, CancellationToken cancellation) =>
        WithPlatformAsync(
            async (platform, clients, servers, _) =>
            {
                // Before the clock starts, every path of the servers has been compiled as it stays.
                await new OpenLoop(clients, servers).RunAsync(Math.Min(Rate, 50), Stretch, cancellation);
                await new OpenLoop(clients, servers).RunAsync(Math.Min(Rate, 100), Stretch, cancellation);
                var figures = await MeasureAsync(
                    platform,
                    () => new OpenLoop(clients, servers).RunAsync(Rate, Duration, cancellation),
                    say
                );
                say("open loop", figures);
            },
            cancellation
        );

    /// <summary>The rate up by steps until the servers do not keep up.</summary>
    public Task HighestRateAsync(Action<string, object> say, CancellationToken cancellation) =>
        WithPlatformAsync(
            async (_, clients, servers, _) =>
            {
                await new OpenLoop(clients, servers).RunAsync(50, Stretch, cancellation);
                await new OpenLoop(clients, servers).RunAsync(100, Stretch, cancellation);
                for (var rate = Rate; ; rate += 50)
                {
                    var figures = await new OpenLoop(clients, servers).RunAsync(rate, Stretch, cancellation);
                    say(figures.Held ? "held" : "not held", figures);
                    if (!figures.Held)
                    {
                        break;
                    }
                }
            },
            cancellation
        );

    /// <summary>As many pairs as go, over HTTP and by bare Npgsql in turns, and the ratio of the two.</summary>
    public Task RatioAsync(Action<string, object> say, CancellationToken cancellation) =>
        WithPlatformAsync(
            async (platform, clients, servers, project) =>
            {
                var database = platform.Services.GetRequiredService<NpgsqlDataSource>();
                var verify = platform.Services.GetRequiredService<VerifyApiToken>();
                var claim = platform.Services.GetRequiredService<ClaimNextAssignment>();
                var bare = project.Labelers.Select(l => new BareLabeler(database, verify, claim, l, project.Id)).ToList();
                Task<double> HttpAsync() =>
                    ClosedLoopAsync(async i =>
                    {
                        var task = await clients[i].ClaimAsync(servers[i % servers.Count], cancellation);
                        return task is not null
                            && await clients[i].SubmitAsync(servers[(i + 1) % servers.Count], task, Guid.NewGuid(), false, cancellation)
                                is null;
                    });
                Task<double> BareAsync() => ClosedLoopAsync(i => bare[i].WorkAsync(cancellation));
                await HttpAsync();
                await BareAsync();
                for (var turn = 0; turn < 3; turn++)
                {
                    var (http, npgsql) = (await HttpAsync(), await BareAsync());
                    say(
                        "pairs per second",
                        new
                        {
                            http = Math.Round(http, 1),
                            bareNpgsql = Math.Round(npgsql, 1),
                            ratio = Math.Round(http / npgsql, 3),
                        }
                    );
                }
            },
            cancellation
        );

    /// <summary>Labelers who think half a minute about each task; and the memory they cost the web processes.</summary>
    public Task ThinkingAsync(Action<string, object> say, CancellationToken cancellation) =>
        WithPlatformAsync(
            async (platform, clients, servers, _) =>
            {
                await new OpenLoop(clients, servers).RunAsync(50, TimeSpan.FromSeconds(10), cancellation);
                await Task.Delay(TimeSpan.FromSeconds(5), cancellation);
                long Resident() => platform.Webs.Sum(w => w.ResidentBytes());
                var before = Resident();
                var (claim, submit, failures) = await MeasureAsync(
                    platform,
                    () => new ThinkingLabelers(clients, servers).RunAsync(TimeSpan.FromSeconds(30), Duration, cancellation),
                    say
                );
                var active = Resident();
                await Task.Delay(TimeSpan.FromSeconds(30), cancellation);
                var idle = Resident();
                say(
                    "thinking labelers",
                    new
                    {
                        Labelers,
                        claim,
                        submit,
                        failures,
                    }
                );
                say(
                    "memory of both web processes",
                    new
                    {
                        beforeMegabytes = before >> 20,
                        activeMegabytes = active >> 20,
                        idleMegabytes = idle >> 20,
                        kilobytesPerActiveLabeler = Math.Round((active - before) / 1024.0 / Labelers, 1),
                        kilobytesPerIdleLabeler = Math.Round((idle - before) / 1024.0 / Labelers, 1),
                    }
                );
            },
            cancellation
        );

    private async Task WithPlatformAsync(
        Func<LoadPlatform, IReadOnlyList<LoadClient>, IReadOnlyList<Uri>, LoadProject, Task> measure,
        CancellationToken cancellation
    )
    {
        await using var platform = await LoadPlatform.StartAsync(FirstPort, webs: 2, cancellation);
        var project = await LoadProject.CreateAsync(platform.Services, Tasks, completions: 4, k: 3, Labelers, cancellation);
        using var http = new HttpClient(new SocketsHttpHandler()) { Timeout = TimeSpan.FromSeconds(60) };
        var clients = project.Labelers.Select(l => new LoadClient(http, l, project.Id)).ToList();
        await measure(platform, clients, [.. platform.Webs.Select(w => w.Address)], project);
        var report = await platform.Services.GetRequiredService<CheckExactness>().RunAsync(null, cancellation);
        if (report.Off.Count > 0)
        {
            throw new InvalidOperationException($"{report.Off.Count} tasks are off after the run.");
        }
    }

    private static async Task<double> ClosedLoopAsync(Func<int, Task<bool>> work)
    {
        var clock = Stopwatch.StartNew();
        var done = 0;
        await Task.WhenAll(
            Enumerable
                .Range(0, ClosedLoopClients)
                .Select(i =>
                    Task.Run(async () =>
                    {
                        while (clock.Elapsed < Stretch)
                        {
                            if (!await work(i))
                            {
                                throw new InvalidOperationException("A claim or a submit failed: too few tasks, or a defect.");
                            }

                            Interlocked.Increment(ref done);
                        }
                    })
                )
        );
        return done / clock.Elapsed.TotalSeconds;
    }

    private static async Task<T> MeasureAsync<T>(LoadPlatform platform, Func<Task<T>> measure, Action<string, object> say)
    {
        double Web() => ProcessorTime.Of([.. platform.Webs.Select(w => w.ProcessId)]);
        double Database() => ProcessorTime.Of(platform.Postgres.ProcessId);
        using var self = Process.GetCurrentProcess();
        var (clock, web, database, own) = (Stopwatch.StartNew(), Web(), Database(), self.TotalProcessorTime);
        var result = await measure();
        self.Refresh();
        double Cores(double seconds) => Math.Round(seconds / clock.Elapsed.TotalSeconds, 3);
        say(
            "cores busy",
            new
            {
                web = Cores(Web() - web),
                postgres = Cores(Database() - database),
                generator = Cores((self.TotalProcessorTime - own).TotalSeconds),
            }
        );
        return result;
    }
}
