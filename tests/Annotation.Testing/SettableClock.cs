namespace Annotation.Testing;

/// <summary>Real time plus whatever a test has added to it.</summary>
public sealed class SettableClock : TimeProvider
{
    private long aheadTicks;

    /// <summary>Sets the clock forward for everything that is done from now on.</summary>
    public void Advance(TimeSpan by) => Interlocked.Add(ref aheadTicks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref aheadTicks));
}
