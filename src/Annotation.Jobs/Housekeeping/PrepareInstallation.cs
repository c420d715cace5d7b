using Annotation.Demo.Recipes;
using Annotation.Jobs.Execution;
using Annotation.Jobs.Models;
using Microsoft.Extensions.Logging;

namespace Annotation.Jobs.Housekeeping;

/// <summary>What every installation has from the start: the base model <c>tiny</c> and, unless switched off, the demo project.</summary>
public sealed class PrepareInstallation(
    RegisterModelFolder registerModel,
    SeedDemoProject seedDemo,
    WorkerOptions options,
    ILogger<PrepareInstallation> log
)
{
    /// <summary>Makes what is missing; done before the worker shows itself as alive.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        if (Directory.Exists(TinyModel.Folder))
        {
            await registerModel.RunAsync(TinyModel.Name, TinyModel.Folder, ct);
        }
        else
        {
            log.LogWarning("The base model {Name} is not beside the program; runs must name another base.", TinyModel.Name);
        }
        if (options.Demo)
        {
            await seedDemo.RunAsync(ct);
        }
    }
}
