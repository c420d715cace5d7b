using System.Runtime.InteropServices;
using Annotation.Cli;

using var stopping = new CancellationTokenSource();

// The first signal asks for a clean end; a second one ends at once (what `up` started then stops by itself).
void Stop(PosixSignalContext signal)
{
    signal.Cancel = !stopping.IsCancellationRequested;
    stopping.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
try
{
    return await CommandLine.RunAsync(args, Console.Out, Console.Error, stopping.Token);
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    // As a shell reports a command that Ctrl-C ended.
    return 130;
}
