using System.Globalization;
using Annotation.Domain.Runs;

namespace Annotation.Jobs.Execution;

/// <summary>
/// A line for each claim in the run's folder. It shows that a run which was started again and again never got further:
/// a run that kills its worker (out of memory, a crash of native code) must not do so for ever.
/// </summary>
public static class ClaimLog
{
    private const string FileName = "claims.tsv";
    private const int Attempts = 5;

    /// <summary>Adds a claim: epoch, the step the run had reached, worker and time.</summary>
    /// <exception cref="RunFailedException">The run has started too often without getting further.</exception>
    public static void Add(string runFolder, RunKind kind, int epoch, int step, string worker, DateTimeOffset at)
    {
        Write(runFolder, epoch, step.ToString(CultureInfo.InvariantCulture), worker, at);
        var lines = File.ReadLines(Path.Combine(runFolder, FileName));
        var steps = lines.Select(line => line.Split('\t')[1]).TakeLast(Attempts + 1).ToList();
        if (steps.Count > Attempts && steps.Distinct().Count() == 1)
        {
            throw new RunFailedException(
                $"Workers died {Attempts} times in this run without getting past step {step}, as when the system ends what needs more memory than there is: lower {OutOfMemory.Setting(kind)}, or use a smaller model."
            );
        }
    }

    /// <summary>Adds that the claim ended with its worker alive, and how: what comes after is counted anew.</summary>
    public static void AddEnd(string runFolder, int epoch, string how, string worker, DateTimeOffset at) =>
        Write(runFolder, epoch, how, worker, at);

    private static void Write(string runFolder, int epoch, string what, string worker, DateTimeOffset at) =>
        File.AppendAllText(
            Path.Combine(runFolder, FileName),
            string.Create(CultureInfo.InvariantCulture, $"{epoch}\t{what}\t{worker}\t{at:O}\n")
        );
}
