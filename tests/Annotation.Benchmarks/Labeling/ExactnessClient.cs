using System.Globalization;

namespace Annotation.Benchmarks.Labeling;

/// <summary>
/// A labeler who works until all is done, whatever happens to the servers: it asks and sends again until there is an
/// answer, and writes what was acknowledged into a file of its own.
/// </summary>
internal sealed class ExactnessClient(LoadClient client, Traffic traffic, Random random, string file)
{
    private const int UndoOneIn = 40;
    private const int CorrectOneIn = 40;
    private const int RenewOneIn = 10;
    private const int SkipOneIn = 100;
    private const int SecondTabOneIn = 5;

    /// <summary>Works until it is told that all tasks are closed.</summary>
    public async Task RunAsync(Func<bool> done, CancellationToken cancellation)
    {
        await using var acknowledged = new StreamWriter(file) { AutoFlush = true };
        Task<LoadTask?> Claim() => AgainAsync(server => client.ClaimAsync(server, cancellation), cancellation);
        Task<LoadTask?>? secondTab = null;
        while (!done())
        {
            if (traffic.Rests)
            {
                await Task.Delay(random.Next(10, 50), cancellation);
                continue;
            }

            var task = await (secondTab ?? Claim());
            secondTab = null;
            if (task is null)
            {
                await Task.Delay(random.Next(50, 200), cancellation);
                continue;
            }

            // In a second tab the same person asks for a task while this one renews or submits: the lease may have run out meanwhile.
            secondTab = random.Next(SecondTabOneIn) == 0 ? Claim() : null;
            if (random.Next(RenewOneIn) == 0)
            {
                await AgainAsync(server => client.RenewAsync(server, task, cancellation), cancellation);
            }

            if (random.Next(SkipOneIn) == 0)
            {
                await AgainAsync(server => client.SkipAsync(server, task, cancellation), cancellation);
                continue;
            }

            var submitted = await SubmitAsync(acknowledged, task, cancellation);
            if (submitted && random.Next(UndoOneIn) == 0)
            {
                var refused = await AgainAsync(server => client.UndoAsync(server, task, cancellation), cancellation);
                // The answer to the first try may have been lost: the second one finds it undone, and says that the lease moved on.
                await WriteAsync(acknowledged, refused is null or "lease-lost" ? "undone" : "undo-refused", task, Guid.Empty);
            }
            else if (submitted && random.Next(CorrectOneIn) == 0)
            {
                await SubmitAsync(acknowledged, task, cancellation);
            }
        }
    }

    private async Task<bool> SubmitAsync(StreamWriter acknowledged, LoadTask task, CancellationToken cancellation)
    {
        var key = Guid.NewGuid();
        var backwards = random.Next(2) == 0;
        var refused = await AgainAsync(
            async server =>
            {
                using var flight = traffic.Begin(server);
                return await client.SubmitAsync(server, task, key, backwards, cancellation);
            },
            cancellation
        );
        await WriteAsync(acknowledged, refused ?? "stored", task, key);
        if (refused is null)
        {
            traffic.CountStored();
        }

        return refused is null;
    }

    private static Task WriteAsync(StreamWriter acknowledged, string what, LoadTask task, Guid key) =>
        acknowledged.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{what} {task.AssignmentId} {key}"));

    private async Task<T> AgainAsync<T>(Func<Uri, Task<T>> send, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await send(traffic.AnyServer(random));
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException || IsTimeout(failure, cancellation))
            {
                traffic.CountFailure();
                await Task.Delay(random.Next(20, 250), cancellation);
            }
        }
    }

    private static bool IsTimeout(Exception failure, CancellationToken cancellation) =>
        failure is TaskCanceledException && !cancellation.IsCancellationRequested;
}
