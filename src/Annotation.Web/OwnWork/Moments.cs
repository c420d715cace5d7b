using System.Globalization;

namespace Annotation.Web.OwnWork;

/// <summary>Moments in addresses of pages, which page through lists by them.</summary>
internal static class Moments
{
    /// <summary>To the last digit (ISO 8601, UTC).</summary>
    public static string Exact(DateTimeOffset at) => at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    /// <summary>Back from an address; null when it is none.</summary>
    public static DateTimeOffset? Parse(string? text) =>
        DateTimeOffset.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var at
        )
            ? at
            : null;

    /// <summary>A day such as 2026-11-26; null when it is none.</summary>
    public static DateOnly? ParseDay(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;
}
