using System.CommandLine;
using Annotation.Client;

namespace Annotation.Cli.Terminal;

/// <summary>Ties a verb to what it does and to the exit codes: 0 done, 1 refused or failed, with one sentence on standard error.</summary>
public static class VerbExtensions
{
    /// <summary>Gives the verb its action, which returns the exit code.</summary>
    public static Command Does(this Command verb, Func<Invocation, CancellationToken, Task<int>> action)
    {
        verb.SetAction(
            async (arguments, cancellation) =>
            {
                var output = arguments.InvocationConfiguration.Output;
                var errors = arguments.InvocationConfiguration.Error;
                try
                {
                    return await action(new Invocation(arguments, output, errors, TimeProvider.System), cancellation);
                }
                catch (Exception e) when (e is CommandFailedException or AnnotationException)
                {
                    await errors.WriteLineAsync(OneLine(e.Message).AsMemory(), cancellation);
                    return 1;
                }
            }
        );
        return verb;
    }

    /// <summary>Gives the verb an action that ends with 0 unless it throws.</summary>
    public static Command Does(this Command verb, Func<Invocation, CancellationToken, Task> action) =>
        verb.Does(
            async (invocation, cancellation) =>
            {
                await action(invocation, cancellation);
                return 0;
            }
        );

    private static string OneLine(string sentence) => sentence.ReplaceLineEndings(" ");
}
