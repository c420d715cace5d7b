using Annotation.Learning.Adapters;
using Annotation.Learning.Checkpoints;
using Annotation.Learning.Models;
using Annotation.Learning.Sft;
using Annotation.Learning.Text;
using Annotation.Learning.Text.Templates;
using Annotation.Learning.Training;
using static TorchSharp.torch;

namespace Annotation.Learning.RewardModeling;

/// <summary>
/// A trunk made of nothing but the texts that were ranked: a vocabulary of their words, and a small language model that has read them. On
/// texts far from a base model's own world it knows more than that model does, and its rows are several times shorter.
/// </summary>
public static class OwnTrunk
{
    // Packed rows; attention costs grow with their square, and what a judgement hangs on is seldom further away.
    private const int RowLength = 192;

    /// <summary>Trains all weights of the language model, in the settings' precision, and adds an adapter if they ask for one; resumable, and the same for the same texts, settings and seed.</summary>
    /// <returns>The trunk, which the caller owns, and the steps of its training.</returns>
    public static (Pretrained Trunk, int Steps) Train(
        TrunkSettings settings,
        int seed,
        IReadOnlyList<RankedPrompt> train,
        IReadOnlyList<RankedPrompt> validation,
        Device device,
        CheckpointFolder? checkpoints = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken ct = default
    )
    {
        var documents = Documents(train);
        var tokenizer = Vocabulary(settings, documents);
        var config = Shape(settings, tokenizer);
        var trunk = new Pretrained(LanguageModel.Create(config, (ulong)seed, device, TrainedModel.TypeOf(settings)), tokenizer);
        trunk.Model.RecomputesActivations = settings.RecomputeActivations;
        try
        {
            var steps = 0;
            if (settings.TrunkEpochs > 0)
            {
                var reading = new SftSettings
                {
                    LearningRate = settings.TrunkLearningRate,
                    Epochs = settings.TrunkEpochs,
                    BatchSize = 16,
                    MaxLength = Math.Min(RowLength, settings.TrunkContext),
                    Patience = 2,
                    Seed = seed,
                };
                steps = new SftTrainer(reading).TrainBase(trunk, documents, Documents(validation), checkpoints, progress, ct).Steps;
            }
            // The texts are read with all weights; an adapter is for what learns to score.
            TrainedModel.Prepare(trunk.Model, settings, (ulong)seed);
            return (trunk, steps);
        }
        catch
        {
            trunk.Dispose();
            throw;
        }
    }

    /// <summary>The shape and the template of the trunk that these rankings give, without training it.</summary>
    public static (LanguageModelConfig Shape, ChatTemplate Template) Describe(TrunkSettings settings, IReadOnlyList<RankedPrompt> train)
    {
        var tokenizer = Vocabulary(settings, Documents(train));
        return (Shape(settings, tokenizer), ChatTemplate.For(tokenizer));
    }

    private static WordTokenizer Vocabulary(TrunkSettings settings, IReadOnlyList<SftExample> documents) =>
        WordTokenizer.Learn(documents.SelectMany(d => d.Prompt.Select(m => m.Content).Append(d.Completion)), settings.TrunkWordOccurrences);

    private static LanguageModelConfig Shape(TrunkSettings settings, WordTokenizer tokenizer) =>
        LanguageModelConfig.Llama(
            tokenizer.VocabularySize,
            settings.TrunkHeads * settings.TrunkHeadSize,
            settings.TrunkLayers,
            settings.TrunkHeads,
            settings.TrunkContext
        );

    // Each conversation once, with its first completion; the other completions after the last message alone.
    private static List<SftExample> Documents(IReadOnlyList<RankedPrompt> rankings) =>
        [
            .. rankings
                .GroupBy(r => r.PromptKey)
                .SelectMany(same =>
                {
                    var prompt = same.First().Prompt;
                    return same.SelectMany(r => r.Completions)
                        .Distinct()
                        .Select((c, i) => new SftExample(i == 0 ? prompt : [.. prompt.TakeLast(1)], c));
                }),
        ];
}
