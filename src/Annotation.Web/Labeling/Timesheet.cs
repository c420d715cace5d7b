using System.Globalization;
using System.Text;
using Annotation.Client.Contracts;

namespace Annotation.Web.Labeling;

/// <summary>A labeler's timesheet as a file that spreadsheets open.</summary>
internal static class Timesheet
{
    /// <summary>Comma-separated UTF-8 (RFC 4180): one line for each day and project, active time in hours with two decimals.</summary>
    public static byte[] ToCsv(IReadOnlyList<TimesheetRow> rows)
    {
        var text = new StringBuilder("day,project,submitted,skipped,active hours,active seconds,first at (UTC),last at (UTC)\r\n");
        foreach (var row in rows)
        {
            var cells = new[]
            {
                row.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                Cell(row.Project),
                row.SubmitCount.ToString(CultureInfo.InvariantCulture),
                row.SkipCount.ToString(CultureInfo.InvariantCulture),
                (row.ActiveMilliseconds / 3_600_000m).ToString("0.00", CultureInfo.InvariantCulture),
                (row.ActiveMilliseconds / 1000).ToString(CultureInfo.InvariantCulture),
                Time(row.FirstAt),
                Time(row.LastAt),
            };
            text.AppendJoin(',', cells).Append("\r\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    // A cell that begins like a formula would be run by the spreadsheet.
    private static string Cell(string value) =>
        $"\"{(value is ['=' or '+' or '-' or '@', ..] ? "'" : "")}{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
