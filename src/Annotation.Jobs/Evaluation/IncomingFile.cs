using Annotation.Domain.Runs;
using Annotation.Jobs.Execution;

namespace Annotation.Jobs.Evaluation;

/// <summary>The file that came with an evaluation.</summary>
internal static class IncomingFile
{
    /// <summary>Opens the one file in the run's incoming folder.</summary>
    public static FileStream Open(RunContext context, EvaluationSettings settings)
    {
        var files = Directory.GetFiles(context.Store.IncomingFolder(context.Run.Id));
        return files is [var only]
            ? File.OpenRead(only)
            : throw new RunFailedException(
                $"The file {settings.File} of this evaluation is not in the artifact store; start the evaluation again."
            );
    }
}
