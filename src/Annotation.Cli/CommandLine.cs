using System.CommandLine;
using Annotation.Cli.Accounts;
using Annotation.Cli.DemoLoop;
using Annotation.Cli.Files;
using Annotation.Cli.Models;
using Annotation.Cli.Operations;
using Annotation.Cli.Projects;
using Annotation.Cli.Runs;
using Annotation.Cli.Terminal;
using Annotation.Cli.Up;

namespace Annotation.Cli;

/// <summary>The `annotation` command: its verbs, and the exit codes that scripts rely on.</summary>
public static class CommandLine
{
    private const int WrongUsage = 2;

    /// <summary>Runs the command.</summary>
    /// <param name="arguments">The words after the command's name.</param>
    /// <param name="output">The result's writer.</param>
    /// <param name="errors">The writer of everything else.</param>
    /// <param name="cancellation">Ctrl-C or SIGTERM.</param>
    /// <returns>0 done, 1 refused or failed, 2 wrong usage.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> arguments,
        TextWriter output,
        TextWriter errors,
        CancellationToken cancellation
    )
    {
        var parsed = Root().Parse(arguments.Count == 0 ? ["--help"] : arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await errors.WriteLineAsync(error.Message.AsMemory(), cancellation);
            }

            await errors.WriteLineAsync("See --help.".AsMemory(), cancellation);
            return WrongUsage;
        }

        // Signals are the program's own business: a clean stop takes longer than the library's patience.
        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = errors,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        return await parsed.InvokeAsync(configuration, cancellation);
    }

    private static RootCommand Root() =>
        new("Annotation: people rank answers, a reward model learns from the rankings, a better model learns from the reward model")
        {
            Invocation.Json,
            Invocation.Server,
            Invocation.Token,
            UpVerb.Create(),
            DemoVerb.Create(),
            SimulateVerbs.Create(),
            ProjectVerbs.Create(),
            ImportVerbs.Create(),
            ExportVerbs.Create(),
            TaskVerbs.Create(),
            SetVerbs.Create(),
            ModelVerbs.Create(),
            GenerateVerb.Create(),
            TrainVerbs.Create(),
            RunVerbs.Create(),
            EvaluateVerbs.Create(),
            OperationVerbs.Nodes(),
            OperationVerbs.Queues(),
            AccountVerbs.People(),
            AccountVerbs.Tokens(),
        };
}
