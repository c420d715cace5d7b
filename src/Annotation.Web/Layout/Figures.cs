using System.Globalization;

namespace Annotation.Web.Layout;

/// <summary>Numbers, times and lengths as people read them.</summary>
internal static class Figures
{
    /// <summary>With thousands apart.</summary>
    public static string Whole(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A count of parameters: 1.1 M.</summary>
    public static string Large(long value) =>
        value switch
        {
            >= 1_000_000_000 => (value / 1e9).ToString("0.#", CultureInfo.InvariantCulture) + " B",
            >= 1_000_000 => (value / 1e6).ToString("0.#", CultureInfo.InvariantCulture) + " M",
            >= 10_000 => (value / 1e3).ToString("0", CultureInfo.InvariantCulture) + " k",
            _ => Whole(value),
        };

    /// <summary>Four significant digits.</summary>
    public static string Measured(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    /// <summary>A share as a percentage with one digit.</summary>
    public static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    /// <summary>A difference of shares in percentage points, with its sign.</summary>
    public static string Points(double share) => (100 * share).ToString("+0.0;−0.0;0.0", CultureInfo.InvariantCulture);

    /// <summary>How long ago, in the largest unit that fits.</summary>
    public static string Ago(DateTimeOffset at, DateTimeOffset now) =>
        (now - at) switch
        {
            { TotalSeconds: < 60 } span => $"{Math.Max(0, (int)span.TotalSeconds)} s ago",
            { TotalMinutes: < 60 } span => $"{(int)span.TotalMinutes} min ago",
            { TotalHours: < 48 } span => $"{(int)span.TotalHours} h ago",
            var span => $"{(int)span.TotalDays} days ago",
        };

    /// <summary>A time span in the two largest units that fit.</summary>
    public static string Length(TimeSpan span) =>
        span.TotalSeconds < 60 ? $"{Math.Max(0, (int)span.TotalSeconds)} s"
        : span.TotalMinutes < 60 ? $"{(int)span.TotalMinutes} min {span.Seconds} s"
        : span.TotalHours < 48 ? $"{(int)span.TotalHours} h {span.Minutes} min"
        : $"{(int)span.TotalDays} days";

    /// <summary>A moment, in UTC.</summary>
    public static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC";

    /// <summary>A hash by its first digits; any other text as it is.</summary>
    public static string Short64(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower) ? Short(text) : text;

    /// <summary>The first digits of a hash, enough to tell two apart.</summary>
    public static string Short(string hash) => hash.Length > 12 ? hash[..12] : hash;
}
