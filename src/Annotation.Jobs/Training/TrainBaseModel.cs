using System.Text.Json.Nodes;
using Annotation.Demo.Corpora;
using Annotation.Domain.Prompts;
using Annotation.Domain.Runs;
using Annotation.Jobs.Execution;
using Annotation.Jobs.Models;
using Annotation.Learning.Adapters;
using Annotation.Learning.Models;
using Annotation.Learning.Sft;
using Annotation.Learning.Text;
using Annotation.Learning.Text.BytePairs;
using Annotation.Learning.Training;

namespace Annotation.Jobs.Training;

/// <summary>Trains a base model over words or byte pairs from nothing, or goes on with the one named.</summary>
public sealed class TrainBaseModel(ModelShelf shelf, DemonstrationRows demonstrations) : IRunWork
{
    public RunKind Kind => RunKind.Base;

    public async Task<RunOutput> DoAsync(RunContext context, CancellationToken stop)
    {
        // 1. Inputs; the defaults are the recipe of `tiny`.
        var settings = context.Pairs.Read<BaseModelSettings>();
        var start = context.Run.BaseModelId is { } id ? await shelf.GetAsync(id, stop) : null;
        var folder = start is null ? null : await shelf.FolderAsync(start, stop);
        if (folder is null && settings.LoraRank > 0)
        {
            throw new InvalidSettingException(
                nameof(settings.LoraRank),
                "a model that begins with nothing has no weights to adapt; name one to start from (--base), or leave it at 0."
            );
        }
        if (folder is not null)
        {
            RefuseShape(context);
        }
        var (train, validation, used) = await ReadAsync(context.Run, settings, stop);

        // 2. What it will need.
        var tokenizer = await context.ComputeAsync(
            () => folder is null ? Learn(settings, [.. validation, .. train]) : Tokenizer.Load(folder),
            stop
        );
        await RunForecast.TellAsync(
            context,
            settings,
            () =>
            {
                var shape = Shape(settings, tokenizer, folder);
                // Longer documents are cut, and all are packed.
                var longest = Math.Min(settings.MaxLength, shape.ContextLength);
                var (read, held) = (Lengths(tokenizer, train, longest), Lengths(tokenizer, validation, longest));
                return (shape, RunForecast.OfRows(read, held, settings, longest, settings.BatchSize, areFull: true));
            },
            null,
            stop
        );

        // 3. Training, on from the last checkpoint.
        var checkpoints = context.OpenCheckpoints();
        var (written, result) = await context.ComputeAsync(
            () =>
            {
                using var model = folder is null
                    ? Create(settings, tokenizer, context)
                    : TrainedModel.Load(folder, context.Device, settings, (ulong)settings.Seed);
                var result = new SftTrainer(settings).TrainBase(model, train, validation, checkpoints, context.Progress, stop);
                return (WrittenModel.Write(context, model, start?.Name ?? ""), result);
            },
            stop
        );

        // 4. The new model.
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

    // What a model from nothing is made of says nothing to one that is there.
    private static void RefuseShape(RunContext context)
    {
        string[] shape =
        [
            nameof(BaseModelSettings.HiddenSize),
            nameof(BaseModelSettings.Layers),
            nameof(BaseModelSettings.Heads),
            nameof(BaseModelSettings.ContextLength),
            nameof(BaseModelSettings.Tokenizer),
            nameof(BaseModelSettings.VocabularySize),
            nameof(BaseModelSettings.VocabularyDocuments),
            nameof(BaseModelSettings.WordOccurrences),
        ];
        if (Array.Find(shape, name => context.Pairs.Find(name) is not null) is { } given)
        {
            throw new InvalidSettingException(given, "the model that it starts from (--base) has its own; leave it out.");
        }
    }

    private static Pretrained Create(BaseModelSettings settings, Tokenizer tokenizer, RunContext context)
    {
        var shape = Shape(settings, tokenizer, folder: null);
        var model = LanguageModel.Create(shape, (ulong)context.Run.Seed, context.Device, TrainedModel.TypeOf(settings));
        TrainedModel.Prepare(model, settings, (ulong)settings.Seed);
        return new(model, tokenizer);
    }

    private static Tokenizer Learn(BaseModelSettings settings, IReadOnlyList<SftExample> documents)
    {
        var texts = documents.Take(settings.VocabularyDocuments).SelectMany(d => d.Prompt.Select(m => m.Content).Append(d.Completion));
        return settings.Tokenizer switch
        {
            BaseTokenizer.Words => WordTokenizer.Learn(texts, settings.WordOccurrences),
            BaseTokenizer.Bpe => BpeTrainer.TrainForChat(texts, settings.VocabularySize),
        };
    }

    private static LanguageModelConfig Shape(BaseModelSettings settings, Tokenizer tokenizer, string? folder) =>
        folder is not null
            ? Pretrained.Describe(folder).Config
            : LanguageModelConfig.Llama(
                tokenizer.VocabularySize,
                settings.HiddenSize,
                settings.Layers,
                settings.Heads,
                settings.ContextLength
            );

    // Tokens of each piece of each document; packed, so that the ids between them are all that is added.
    private static List<long> Lengths(Tokenizer tokenizer, IReadOnlyList<SftExample> documents, long longest) =>
        [
            .. documents
                .Select(d =>
                    d.Prompt.Select(m => m.Content).Append(d.Completion).Sum(text => 2L + tokenizer.EncodeContinuation(text).Count)
                )
                .SelectMany(length => Enumerable.Repeat(longest, (int)(length / longest)).Append(length % longest)),
        ];

    private async Task<(
        IReadOnlyList<SftExample> Train,
        IReadOnlyList<SftExample> Validation,
        IReadOnlyCollection<(Guid, PromptUse)>? Used
    )> ReadAsync(Run run, BaseModelSettings settings, CancellationToken stop)
    {
        if (settings.Corpus == Corpus.Demo)
        {
            var documents = DemoCorpus
                .Documents((ulong)run.Seed)
                .Take(settings.ValidationDocuments + settings.Documents)
                .Select(Example)
                .ToList();
            return (documents[settings.ValidationDocuments..], documents[..settings.ValidationDocuments], null);
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
