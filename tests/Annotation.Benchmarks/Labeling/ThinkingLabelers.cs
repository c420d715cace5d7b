using System.Collections.Concurrent;
using System.Diagnostics;

namespace Annotation.Benchmarks.Labeling;

/// <summary>Labelers who take a task, think about it for a while, submit it and take the next one, as people do.</summary>
internal sealed class ThinkingLabelers(IReadOnlyList<LoadClient> clients, IReadOnlyList<Uri> servers)
{
    /// <summary>Lets all of them work for so long; their thinking times spread evenly around the mean.</summary>
    public async Task<(LatencyFigures Claim, LatencyFigures Submit, int Failures)> RunAsync(
        TimeSpan thinking,
        TimeSpan duration,
        CancellationToken cancellation
    )
    {
        var (claims, submits) = (new ConcurrentBag<double>(), new ConcurrentBag<double>());
        var failures = 0;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(clients.Select((client, i) => WorkAsync(client, new Random(i))));
        return (LatencyFigures.Of(claims), LatencyFigures.Of(submits), failures);

        async Task WorkAsync(LoadClient client, Random random)
        {
            await Task.Delay(thinking * random.NextDouble(), cancellation);
            while (clock.Elapsed < duration)
            {
                var start = clock.Elapsed;
                var task = await client.ClaimAsync(servers[random.Next(servers.Count)], cancellation);
                claims.Add((clock.Elapsed - start).TotalMilliseconds);
                if (task is null)
                {
                    Interlocked.Increment(ref failures);
                    return;
                }

                await Task.Delay(thinking * (0.5 + random.NextDouble()), cancellation);
                start = clock.Elapsed;
                var refused = await client.SubmitAsync(servers[random.Next(servers.Count)], task, Guid.NewGuid(), false, cancellation);
                submits.Add((clock.Elapsed - start).TotalMilliseconds);
                Interlocked.Add(ref failures, refused is null ? 0 : 1);
            }
        }
    }
}
