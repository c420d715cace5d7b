using System.Diagnostics;

namespace Annotation.Cli.Up;

/// <summary>A short program run to its end: its exit code and what it printed.</summary>
public sealed record Execution(int ExitCode, string Output)
{
    /// <summary>The last line that says something.</summary>
    public string LastLine =>
        Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "it said nothing";

    /// <summary>Runs a program; one that does not exist gives exit code 127, as in a shell.</summary>
    public static Execution Run(IReadOnlyList<string> command, string workingFolder = "/")
    {
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = workingFolder,
        };
        foreach (var argument in command.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        // Messages are quoted in sentences of ours and looked at by code: one language.
        start.Environment["LC_ALL"] = "C";
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return new Execution(process.ExitCode, output + errors.GetAwaiter().GetResult());
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return new Execution(127, e.Message);
        }
    }
}
