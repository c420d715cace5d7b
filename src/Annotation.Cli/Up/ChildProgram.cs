namespace Annotation.Cli.Up;

/// <summary>A program that `up` keeps running: how to start it, where it writes, how it is asked to stop.</summary>
/// <param name="Name">What people call it in messages: PostgreSQL, web, worker.</param>
/// <param name="Command">The program and its arguments.</param>
/// <param name="StopSignal">The signal of a clean stop, without SIG.</param>
/// <param name="StopTime">How long a clean stop may take before the program is killed.</param>
public sealed record ChildProgram(
    string Name,
    IReadOnlyList<string> Command,
    IReadOnlyDictionary<string, string> Environment,
    string WorkingFolder,
    string LogFile,
    string StopSignal,
    TimeSpan StopTime
);
