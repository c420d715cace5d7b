namespace Annotation.Domain.Data;

/// <summary>Times as PostgreSQL keeps them: whole microseconds, so that what is read equals what was written.</summary>
public static class Clock
{
    /// <summary>The provider's time, cut to microseconds.</summary>
    public static DateTimeOffset Now(this TimeProvider time) => time.GetUtcNow().CutToMicroseconds();

    /// <summary>The same moment in UTC, cut to microseconds.</summary>
    public static DateTimeOffset CutToMicroseconds(this DateTimeOffset at) =>
        new(at.UtcTicks - at.UtcTicks % TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);

    /// <summary>Microseconds since 1970.</summary>
    public static long ToUnixMicroseconds(this DateTimeOffset at) =>
        (at.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;
}
