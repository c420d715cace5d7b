using System.Text.Json.Nodes;
using Annotation.Demo.Corpora;
using Annotation.Demo.Recipes;
using Annotation.Domain.Prompts;
using Annotation.Domain.Runs;
using Annotation.Jobs.Execution;
using Annotation.Jobs.Models;
using Annotation.Learning.Models;
using Annotation.Learning.Sft;
using Annotation.Learning.Text;

namespace Annotation.Jobs.Training;

/// <summary>Trains a base model over words and bytes from nothing, or goes on with the one named.</summary>
public sealed class TrainBaseModel(ModelShelf shelf, DemonstrationRows demonstrations) : IRunWork
{
    public RunKind Kind => RunKind.Base;

    public async Task<RunOutput> DoAsync(RunContext context, CancellationToken stop)
    {
        // 1. The recipe's settings are the defaults; what was asked for replaces them.
        var (shape, settings) = context.Pairs.WithDefaults(TinyRecipe.Settings).Read<BaseModelSettings, SftSettings>();
        if (shape.HiddenSize % shape.Heads != 0 || shape.HiddenSize / shape.Heads % 2 != 0)
        {
            throw new RunFailedException(
                $"HiddenSize {shape.HiddenSize} cannot be shared by {shape.Heads} Heads of an even size; choose a multiple of {2 * shape.Heads}."
            );
        }
        var start = context.Run.BaseModelId is { } id ? await shelf.GetAsync(id, stop) : null;
        var folder = start is null ? null : await shelf.FolderAsync(start, stop);
        var (train, validation, used) = await ReadAsync(context.Run, shape, stop);

        // 2. Training, on from the last checkpoint.
        var checkpoints = context.OpenCheckpoints();
        var (written, result) = await context.ComputeAsync(
            () =>
            {
                using var model = folder is null
                    ? Fresh(shape, context, [.. validation, .. train])
                    : Pretrained.Load(folder, context.Device);
                var result = new SftTrainer(settings).TrainBase(model, train, validation, checkpoints, context.Progress, stop);
                return (WrittenModel.Write(context, model), result);
            },
            stop
        );

        // 3. The new model.
        var figures = new JsonObject
        {
            ["documents"] = train.Count,
            ["validationDocuments"] = validation.Count,
            ["droppedRows"] = result.DroppedRows,
            ["steps"] = result.Steps,
            ["bestStep"] = result.BestStep,
            ["trainLoss"] = result.TrainLoss,
            ["validationLoss"] = result.ValidationLoss,
            ["machine"] = context.Machine,
        };
        return new RunOutput(figures, await written.StoreAsync(context, start?.Id, preferenceSetId: null, figures, stop), used);
    }

    private static Pretrained Fresh(BaseModelSettings shape, RunContext context, IReadOnlyList<SftExample> documents)
    {
        var texts = documents.Take(shape.VocabularyDocuments).SelectMany(d => d.Prompt.Select(m => m.Content).Append(d.Completion));
        var tokenizer = WordTokenizer.Learn(texts, shape.WordOccurrences);
        var config = LanguageModelConfig.Llama(tokenizer.VocabularySize, shape.HiddenSize, shape.Layers, shape.Heads, shape.ContextLength);
        return new Pretrained(LanguageModel.Create(config, (ulong)context.Run.Seed, context.Device), tokenizer);
    }

    private async Task<(
        IReadOnlyList<SftExample> Train,
        IReadOnlyList<SftExample> Validation,
        IReadOnlyCollection<(Guid, PromptUse)>? Used
    )> ReadAsync(Run run, BaseModelSettings shape, CancellationToken stop)
    {
        if (shape.Corpus == Corpus.Demo)
        {
            var documents = DemoCorpus
                .Documents((ulong)run.Seed)
                .Take(shape.ValidationDocuments + shape.Documents)
                .Select(Example)
                .ToList();
            return (documents[shape.ValidationDocuments..], documents[..shape.ValidationDocuments], null);
        }
        var rows = await demonstrations.LoadAsync(run, stop);
        var train = rows.Where(r => r.Split == Split.Train).ToList();
        var validation = rows.Where(r => r.Split == Split.Validation).ToList();
        return train.Count == 0
            ? throw new RunFailedException("The project has no demonstrations to read; import some, or use Corpus=demo.")
            : (
                [.. train.Select(r => r.Example)],
                [.. validation.Select(r => r.Example)],
                UsedPrompts.Of(train.Select(r => r.PromptId), validation.Select(r => r.PromptId))
            );
    }

    /// <summary>A text is a completion without a prompt.</summary>
    private static SftExample Example(CorpusDocument document) =>
        new([.. document.Messages.SkipLast(1).Select(m => new Message(m.Role, m.Content))], document.Text);
}
