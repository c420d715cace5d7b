using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Annotation.Learning.PolicyGradients;
using Annotation.Learning.Text;

namespace Annotation.Learning.Rewards;

/// <summary>
/// Scores of a program: one process per rollout, started without a shell, in an empty folder of its own, with no environment but PATH,
/// HOME and LANG. Each completion is one line of JSON to its input, <c>{"prompt": [{"role", "content"}], "completion"}</c>; each score
/// one line of its output, a number or <c>{"score": number}</c>, in the same order.
/// </summary>
/// <remarks>
/// A completion at which the program ends, overruns its time or writes something else is a failure of that completion: it ends the run
/// or gets <see cref="RewardLimits.FailedScore"/>, and a new process goes on behind it.
/// </remarks>
/// <param name="file">The program.</param>
/// <param name="arguments">Its arguments, passed as they are.</param>
/// <param name="limits">What it may take.</param>
public sealed class ProgramReward(string file, IReadOnlyList<string> arguments, RewardLimits limits) : RewardSource
{
    private const int LongestLine = 65536;
    private const int LongestError = 8192;

    /// <summary>Whether programs are kept from the network on this machine, and their children from outliving them.</summary>
    public static bool IsClosed => Sandbox.IsClosed;

    /// <inheritdoc/>
    public override IReadOnlyList<double> Score(IReadOnlyList<Rollout> rollouts, CancellationToken ct) =>
        Score([.. rollouts.Select(r => (r.Prompt, r.Text))], ct);

    /// <summary>One score per completion.</summary>
    /// <exception cref="RewardSourceException">The program cannot be started, or failed where no score is set for that.</exception>
    public IReadOnlyList<double> Score(
        IReadOnlyList<(IReadOnlyList<Message> Prompt, string Completion)> completions,
        CancellationToken ct = default
    )
    {
        var scores = new List<double>(completions.Count);
        while (scores.Count < completions.Count)
        {
            ct.ThrowIfCancellationRequested();
            if (Run(completions, scores, ct) is not { } problem)
            {
                continue;
            }
            if (limits.FailedScore is not { } penalty)
            {
                var (_, completion) = completions[scores.Count];
                throw new RewardSourceException(
                    $"The reward program {Path.GetFileName(file)} {problem} at the completion '{Shorten(completion)}'; mend it, give it more time "
                        + "or memory, or set FailedRewardScore."
                );
            }
            scores.Add(penalty);
        }
        return scores;
    }

    // Adds scores until all are there or one fails; gives what went wrong then.
    private string? Run(
        IReadOnlyList<(IReadOnlyList<Message> Prompt, string Completion)> completions,
        List<double> scores,
        CancellationToken ct
    )
    {
        var folder = Directory.CreateTempSubdirectory("annotation-reward-");
        using var process = Start(folder.FullName, completions.Count - scores.Count);
        var errors = ReadTailAsync(process.StandardError);
        try
        {
            var feeding = FeedAsync(process, completions, scores.Count);
            while (scores.Count < completions.Count)
            {
                var (line, overrun) = ReadLine(process.StandardOutput, ct);
                if (overrun)
                {
                    return $"took longer than {limits.TimeLimit.TotalSeconds:0.###} s";
                }
                if (line is null)
                {
                    process.WaitForExit(limits.TimeLimit);
                    var said = errors.Wait(TimeSpan.FromSeconds(1), ct) ? errors.Result : "";
                    return $"ended{(process.HasExited ? $" with code {process.ExitCode}" : "")}{(said.Length > 0 ? $" ({said})" : "")}";
                }
                if (Parse(line) is not { } score)
                {
                    return $"wrote '{Shorten(line)}' instead of a number or {{\"score\": number}}";
                }
                scores.Add(score);
            }
            // Nothing more is written to it, so its input is whole; one that answers without having read is not waited for for ever.
            feeding.Wait((int)limits.TimeLimit.TotalMilliseconds, ct);
            return null;
        }
        finally
        {
            Kill(process);
            folder.Delete(recursive: true);
        }
    }

    private Process Start(string folder, int completions)
    {
        if (!IsThere())
        {
            throw new RewardSourceException($"The reward program {file} does not start: there is no such file.");
        }
        var command = Sandbox.Wrap([file, .. arguments], limits, completions);
        var start = new ProcessStartInfo
        {
            FileName = command[0],
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
        };
        foreach (var argument in command.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }
        start.Environment.Clear();
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH");
        start.Environment["HOME"] = folder;
        start.Environment["LANG"] = "C.UTF-8";
        try
        {
            return Process.Start(start) ?? throw new RewardSourceException($"The reward program {file} does not start.");
        }
        catch (Win32Exception e)
        {
            throw new RewardSourceException($"The reward program {start.FileName} does not start: {e.Message}.", e);
        }
    }

    // A name without a folder is looked for as a shell does.
    private bool IsThere() =>
        file.Contains(Path.DirectorySeparatorChar)
            ? File.Exists(file)
            : (Environment.GetEnvironmentVariable("PATH") ?? "")
                .Split(Path.PathSeparator)
                .Any(folder => File.Exists(Path.Combine(folder, file)));

    private static async Task FeedAsync(
        Process process,
        IReadOnlyList<(IReadOnlyList<Message> Prompt, string Completion)> completions,
        int first
    )
    {
        try
        {
            foreach (var (prompt, completion) in completions.Skip(first))
            {
                var turns = prompt.Select(m => new { role = m.Role, content = m.Content });
                await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { prompt = turns, completion }));
                await process.StandardInput.FlushAsync();
            }
            process.StandardInput.Close();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // It no longer reads: what it writes, or that it ended, says why.
        }
    }

    private (string? Line, bool Overrun) ReadLine(StreamReader output, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(limits.TimeLimit);
        try
        {
            var line = new StringBuilder();
            var one = new char[1];
            while (output.ReadAsync(one.AsMemory(), limit.Token).AsTask().GetAwaiter().GetResult() > 0)
            {
                if (one[0] == '\n' || line.Length == LongestLine)
                {
                    return (line.ToString(), false);
                }
                line.Append(one[0]);
            }
            return (line.Length > 0 ? line.ToString() : null, false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return (null, true);
        }
    }

    // The last line of what it says, however much and however long.
    private static async Task<string> ReadTailAsync(StreamReader errors)
    {
        var tail = new StringBuilder();
        var part = new char[LongestError];
        while (await errors.ReadAsync(part) is > 0 and var count)
        {
            tail.Append(part, 0, count).Remove(0, Math.Max(0, tail.Length - LongestError));
        }
        return Shorten(tail.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault()?.Trim() ?? "");
    }

    private static double? Parse(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var value =
                json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("score", out var score)
                    ? score
                    : json.RootElement;
            return value.ValueKind == JsonValueKind.Number && double.IsFinite(value.GetDouble()) ? value.GetDouble() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
        process.WaitForExit();
    }

    private static string Shorten(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
