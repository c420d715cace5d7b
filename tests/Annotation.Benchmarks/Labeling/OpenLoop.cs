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
    /// <summary>Runs at so many claims, each followed at once by its submit, per second.</summary>
    public async Task<OpenLoopFigures> RunAsync(double rate, TimeSpan duration, CancellationToken cancellation)
    {
        var free = Channel.CreateUnbounded<LoadClient>();
        foreach (var client in clients)
        {
            free.Writer.TryWrite(client);
        }

        var (claims, submits, pairs) = (new ConcurrentBag<double>(), new ConcurrentBag<double>(), new ConcurrentBag<double>());
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
            Math.Round(pairs.Count / took.TotalSeconds, 1),
            failures,
            LatencyFigures.Of(claims),
            LatencyFigures.Of(submits),
            LatencyFigures.Of(pairs)
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
                claims.Add((claimed - intended).TotalMilliseconds);
                submits.Add((done - claimed).TotalMilliseconds);
                pairs.Add((done - intended).TotalMilliseconds);
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

/// <summary>What an open loop measured; claim and pair from the intended time, submit from the answer to its claim.</summary>
internal sealed record OpenLoopFigures(
    double IntendedPerSecond,
    double DonePerSecond,
    int Failures,
    LatencyFigures Claim,
    LatencyFigures Submit,
    LatencyFigures Pair
)
{
    /// <summary>Whether the server kept up: all answered, none failed, the slowest hundredth within 100 ms.</summary>
    public bool Held => Failures == 0 && DonePerSecond >= 0.99 * IntendedPerSecond && Claim.P99 < 100 && Submit.P99 < 100;
}
