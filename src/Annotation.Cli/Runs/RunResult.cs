using System.Text.Json;
using Annotation.Cli.Terminal;
using Annotation.Client.Contracts;

namespace Annotation.Cli.Runs;

/// <summary>A run's result for people: its figures, then its reward reports as tables.</summary>
internal static class RunResult
{
    /// <summary>Writes it; nothing where there is none.</summary>
    internal static void Write(TextWriter writer, JsonElement? result)
    {
        if (result is not { ValueKind: JsonValueKind.Object } document)
        {
            return;
        }

        var (found, rest) = RewardReportRow.Split(document);
        FactList.Write(writer, FactList.Of(rest));
        foreach (var (on, report) in found.SelectMany(f => f.Reports.Select(r => (f.On, r))))
        {
            writer.WriteLine();
            writer.WriteLine($"{report.Criterion}: {report.Pairs} pairs of {report.Rankings} rankings, {on}");
            var lines = new TextTable("", "Accuracy", "95 %", "NLL");
            foreach (var (name, accuracy, nll) in report.Lines())
            {
                lines.Add(name, accuracy.Value, Interval(accuracy), nll);
            }

            lines.WriteTo(writer);
            writer.WriteLine($"gap to {report.BestBaseline}: {Numbers.Format(report.Gap.Value)} ({Interval(report.Gap)})");
            writer.WriteLine($"calibration error {Numbers.Format(report.CalibrationError)}, Brier score {Numbers.Format(report.Brier)}");
            foreach (var (name, slices) in report.Parts())
            {
                var parts = new TextTable(name, "Pairs", "Accuracy", "95 %", "NLL", "Calibration error");
                foreach (var slice in slices)
                {
                    parts.Add(slice.Name, slice.Pairs, slice.Accuracy.Value, Interval(slice.Accuracy), slice.Nll, slice.CalibrationError);
                }

                parts.WriteTo(writer);
            }
        }
    }

    private static string Interval(EstimateRow estimate) => $"{Numbers.Format(estimate.Low)} to {Numbers.Format(estimate.High)}";
}
