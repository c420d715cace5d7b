using System.Text.Json.Nodes;
using Annotation.Domain.Prompts;
using Annotation.Domain.Runs;
using Annotation.Jobs.Execution;
using Annotation.Jobs.Models;
using Annotation.Learning.Adapters;
using Annotation.Learning.Sft;

namespace Annotation.Jobs.Training;

/// <summary>Fine-tunes a policy on the project's live demonstrations; validates on those of the validation split.</summary>
public sealed class TrainSft(ModelShelf shelf, DemonstrationRows demonstrations) : IRunWork
{
    public RunKind Kind => RunKind.Sft;

    public async Task<RunOutput> DoAsync(RunContext context, CancellationToken stop)
    {
        // 1. Inputs, fixed at the first start.
        var settings = context.Pairs.Read<SftSettings>();
        var start = await shelf.FindBaseAsync(context.Run.BaseModelId, context.Run.ProjectId, stop);
        await context.Claim.UseAsync(start.Id, null, null, stop);
        var rows = await demonstrations.LoadAsync(context.Run, stop);
        var train = rows.Where(r => r.Split == Split.Train).ToList();
        var validation = rows.Where(r => r.Split == Split.Validation).ToList();
        if (train.Count == 0)
        {
            throw new RunFailedException(
                rows.Count == 0
                    ? "The project has no demonstrations; write or import some first."
                    : $"None of the project's {rows.Count} demonstrations falls into the train split; write or import more."
            );
        }

        // 2. Training, on from the last checkpoint.
        var folder = await shelf.FolderAsync(start, stop);
        await RunForecast.TellAsync(
            context,
            folder,
            settings,
            (config, template) =>
                RunForecast.OfRows(
                    [.. train.SelectMany(r => RunForecast.Lengths(template, r.Example.Prompt, [r.Example.Completion]))],
                    [.. validation.SelectMany(r => RunForecast.Lengths(template, r.Example.Prompt, [r.Example.Completion]))],
                    settings,
                    Math.Min(settings.MaxLength, config.ContextLength),
                    settings.BatchSize,
                    settings.Packing
                ),
            null,
            stop
        );
        var checkpoints = context.OpenCheckpoints();
        var (written, result) = await context.ComputeAsync(
            () =>
            {
                using var model = TrainedModel.Load(folder, context.Device, settings, (ulong)context.Run.Seed);
                var result = new SftTrainer(settings).Train(
                    model,
                    [.. train.Select(r => r.Example)],
                    [.. validation.Select(r => r.Example)],
                    checkpoints,
                    context.Progress,
                    stop
                );
                return (WrittenModel.Write(context, model, start.Name), result);
            },
            stop
        );

        // 3. The new policy.
        var figures = new JsonObject
        {
            ["trainDemonstrations"] = train.Count,
            ["validationDemonstrations"] = validation.Count,
            ["droppedRows"] = result.DroppedRows,
            ["steps"] = result.Steps,
            ["bestStep"] = result.BestStep,
            ["trainLoss"] = result.TrainLoss,
            ["validationLoss"] = result.ValidationLoss,
            ["machine"] = context.Machine,
        };
        return new RunOutput(
            figures,
            await written.StoreAsync(context, start.Id, preferenceSetId: null, figures, stop),
            UsedPrompts.Of(train.Select(r => r.PromptId), validation.Select(r => r.PromptId))
        );
    }
}
