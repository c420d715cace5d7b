using System.Collections.Concurrent;

namespace Annotation.Benchmarks.Labeling;

/// <summary>Where clients send to, and what is on its way.</summary>
internal sealed class Traffic(IReadOnlyList<Uri> servers)
{
    private readonly ConcurrentDictionary<Uri, int> _submits = new();
    private int _failures;
    private int _stored;
    private volatile int _rest = int.MaxValue;

    /// <summary>Requests that got no answer, or a failure for one.</summary>
    public int Failures => _failures;

    /// <summary>Judgements that clients know to be stored.</summary>
    public int Stored => Volatile.Read(ref _stored);

    /// <summary>Whether clients wait for what was killed, so that work is left for the next kill.</summary>
    public bool Rests => Stored >= _rest;

    /// <summary>Lets clients work until they have stored so much, or without end.</summary>
    public void RestAfter(int stored) => _rest = stored;

    /// <summary>Counts a stored judgement.</summary>
    public void CountStored() => Interlocked.Increment(ref _stored);

    /// <summary>Any of the servers: nothing may assume that two requests reach the same one.</summary>
    public Uri AnyServer(Random random) => servers[random.Next(servers.Count)];

    /// <summary>How many submits a server has been sent and not answered.</summary>
    public int SubmitsInFlight(Uri server) => _submits.GetValueOrDefault(server);

    /// <summary>Counts a request without an answer.</summary>
    public void CountFailure() => Interlocked.Increment(ref _failures);

    /// <summary>A submit is on its way until the result is disposed.</summary>
    public IDisposable Begin(Uri server)
    {
        _submits.AddOrUpdate(server, 1, (_, count) => count + 1);
        return new Flight(() => _submits.AddOrUpdate(server, 0, (_, count) => count - 1));
    }

    private sealed class Flight(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
