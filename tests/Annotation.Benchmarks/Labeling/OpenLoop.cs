using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;

namespace Annotation.Benchmarks.Labeling;

/// <summary>
/// Sends claims and submits at a fixed rate, whether or not earlier ones are answered, and counts from the moment at
/// which each was meant to be sent: a server that falls behind cannot hide it.
/// </summary>
internal sealed class OpenLoop(IReadOnlyList<LoadClient> clients, IReadOnlyList<Uri> servers)
{
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(10);

    /// <summary>Runs at so many claims, each followed at once by its submit, per second.</summary>
    public async Task<OpenLoopFigures> RunAsync(double rate, TimeSpan duration, CancellationToken cancellation)
    {
        var free = Channel.CreateUnbounded<LoadClient>();
        foreach (var client in clients)
        {
            free.Writer.TryWrite(client);
        }

        var timings = new ConcurrentBag<PairTiming>();
        var failures = 0;
        var sent = new List<Task>();
        var clock = Stopwatch.StartNew();
        var total = (int)(rate * duration.TotalSeconds);
        for (var i = 0; i < total; i++)
        {
            var intended = TimeSpan.FromSeconds(i / rate);
            var early = intended - clock.Elapsed;
            if (early > TimeSpan.FromMilliseconds(1))
            {
                await Task.Delay(early, cancellation);
            }

            sent.Add(SendAsync(i, intended));
        }

        await Task.WhenAll(sent);
        var took = clock.Elapsed;
        return new OpenLoopFigures(
            rate,
            Math.Round(timings.Count / took.TotalSeconds, 1),
            failures,
            LatencyFigures.Of(timings.Select(t => t.Claim)),
            LatencyFigures.Of(timings.Select(t => t.Submit)),
            LatencyFigures.Of(timings.Select(t => t.Claim + t.Submit)),
            [
                .. timings
                    .GroupBy(t => (int)(t.Intended / Slice))
                    .OrderBy(g => g.Key)
                    .Select(g => LatencyFigures.Of(g.Select(t => t.Claim + t.Submit)).P99),
            ]
        );

        async Task SendAsync(int number, TimeSpan intended)
        {
            var client = await free.Reader.ReadAsync(cancellation);
            try
            {
                var server = servers[number % servers.Count];
                if (await client.ClaimAsync(server, cancellation) is not { } task)
                {
                    Interlocked.Increment(ref failures);
                    return;
                }

                var claimed = clock.Elapsed;
                // The submit may reach another process than the claim.
                var other = servers[(number + 1) % servers.Count];
                if (await client.SubmitAsync(other, task, Guid.NewGuid(), backwards: false, cancellation) is not null)
                {
                    Interlocked.Increment(ref failures);
                }

                var done = clock.Elapsed;
                timings.Add(new PairTiming(intended, (claimed - intended).TotalMilliseconds, (done - claimed).TotalMilliseconds));
            }
            catch (HttpRequestException)
            {
                Interlocked.Increment(ref failures);
            }
            finally
            {
                free.Writer.TryWrite(client);
            }
        }
    }
}

/// <summary>One claim and its submit, in milliseconds.</summary>
internal readonly record struct PairTiming(TimeSpan Intended, double Claim, double Submit);

/// <summary>What an open loop measured; claim and pair from the intended time, submit from the answer to its claim.</summary>
internal sealed record OpenLoopFigures(
    double IntendedPerSecond,
    double DonePerSecond,
    int Failures,
    LatencyFigures Claim,
    LatencyFigures Submit,
    LatencyFigures Pair,
    IReadOnlyList<double> PairP99ByTenSeconds
)
{
    /// <summary>Whether the server kept up: all answered, none failed, the slowest hundredth within 100 ms.</summary>
    public bool Held => Failures == 0 && DonePerSecond >= 0.99 * IntendedPerSecond && Claim.P99 < 100 && Submit.P99 < 100;
}
