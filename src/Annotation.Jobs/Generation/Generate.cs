using Annotation.Domain.Runs;
using Annotation.Jobs.Execution;
using Annotation.Jobs.Models;
using Annotation.Learning.Models;

namespace Annotation.Jobs.Generation;

/// <summary>
/// Writes completions with a policy: of a project's prompts, which become ranking tasks at once or of which the best are kept, or of one
/// prompt.
/// </summary>
public sealed class Generate(ModelShelf shelf, GenerateForProject forProject, GenerateBest best, TimeProvider time) : IRunWork
{
    public RunKind Kind => RunKind.Generate;

    public async Task<RunOutput> DoAsync(RunContext context, CancellationToken stop)
    {
        var settings = context.Pairs.Read<GenerationSettings>();
        var policy = await shelf.FindBaseAsync(context.Run.BaseModelId, context.Run.ProjectId, stop);
        await context.Claim.UseAsync(policy.Id, null, null, stop);
        var folder = await shelf.FolderAsync(policy, stop);
        using var model = await context.ComputeAsync(
            () => Pretrained.Load(folder, context.Device, RequestedSampling.TypeOf(settings.Precision)),
            stop
        );
        return context.Run.ProjectId is null ? await GenerateForPrompt.RunAsync(context, settings, policy, model, time, stop)
            : settings.BestOf > 1 ? await best.RunAsync(context, settings, policy, model, stop)
            : await forProject.RunAsync(context, settings, policy, model, stop);
    }
}
