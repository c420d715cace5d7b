using System.Diagnostics;
using System.Globalization;

namespace Annotation.Cli.Up;

/// <summary>
/// One running <see cref="ChildProgram"/>. Its life is bound to this process by a pipe that only this process holds: when the pipe closes, for a
/// clean stop or because this process was killed, a small shell beside the program stops it. The shell has its own session, so that
/// Ctrl-C in a terminal reaches only this process, which then stops everything in order.
/// </summary>
public sealed class ChildProcess : IDisposable
{
    // Descriptor 3 is the pipe. `wait` ends as soon as the program does, so that its death is seen at once.
    private const string Supervisor = """
        exec 3<&0 >>"$ANNOTATION_CHILD_LOG" 2>&1
        "$@" </dev/null 3<&- & child=$!
        (
          while read -r _ <&3; do :; done
          kill -s "$ANNOTATION_CHILD_SIGNAL" $child
          waited=0
          while [ $waited -lt "$ANNOTATION_CHILD_SECONDS" ]; do sleep 1; waited=$((waited + 1)); kill -0 $child || exit; done
          kill -s KILL $child
        ) >/dev/null 2>&1 & watch=$!
        wait $child; code=$?
        kill $watch 2>/dev/null
        exit $code
        """;

    private readonly ChildProgram program;
    private readonly Process process;

    private ChildProcess(ChildProgram program, Process process)
    {
        this.program = program;
        this.process = process;
    }

    /// <summary>Starts the program; what it prints is appended to its log file.</summary>
    public static ChildProcess Start(ChildProgram program)
    {
        var start = new ProcessStartInfo("setsid") { RedirectStandardInput = true, WorkingDirectory = program.WorkingFolder };
        foreach (var argument in (string[])["sh", "-c", Supervisor, "annotation-child", .. program.Command])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in program.Environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["ANNOTATION_CHILD_LOG"] = program.LogFile;
        start.Environment["ANNOTATION_CHILD_SIGNAL"] = program.StopSignal;
        start.Environment["ANNOTATION_CHILD_SECONDS"] = ((int)program.StopTime.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return new ChildProcess(program, Process.Start(start)!);
    }

    /// <summary>Ends when the program has ended; gives its exit code.</summary>
    public async Task<int> WaitAsync(CancellationToken cancellation)
    {
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode;
    }

    /// <summary>Asks the program to stop and waits until it has, at most a little longer than its stop time.</summary>
    public async Task StopAsync(TimeProvider time)
    {
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(program.StopTime + TimeSpan.FromSeconds(3), time);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Closes the pipe, which stops the program if it still runs.</summary>
    public void Dispose()
    {
        process.StandardInput.Close();
        process.Dispose();
    }
}
