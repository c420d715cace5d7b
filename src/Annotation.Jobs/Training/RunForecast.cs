using Annotation.Jobs.Execution;
using Annotation.Learning.Estimates;
using Annotation.Learning.Models;
using Annotation.Learning.Text;
using Annotation.Learning.Training;

namespace Annotation.Jobs.Training;

/// <summary>Tells, before a training run loads anything, what it will need, and refuses it where the device's memory does not suffice.</summary>
internal static class RunForecast
{
    /// <summary>Stores the estimate as the run's notice, behind what was noted already.</summary>
    /// <param name="context">The run.</param>
    /// <param name="folder">Its base model.</param>
    /// <param name="settings">How the model is held.</param>
    /// <param name="load">How much is computed, by the model's template.</param>
    /// <param name="notice">What the run has noted already.</param>
    /// <param name="stop">Stops the work.</param>
    /// <exception cref="RunFailedException">The device has not enough memory; the sentence says what to lower.</exception>
    public static Task TellAsync(
        RunContext context,
        string folder,
        MemorySettings settings,
        Func<ChatTemplate, RunLoad> load,
        string? notice,
        CancellationToken stop
    ) =>
        TellAsync(
            context,
            settings,
            () =>
            {
                var (config, _, template) = Pretrained.Describe(folder);
                return (config, load(template));
            },
            notice,
            stop
        );

    /// <inheritdoc cref="TellAsync(RunContext, string, MemorySettings, Func{ChatTemplate, RunLoad}, string?, CancellationToken)"/>
    /// <param name="shape">The network's shape, and how much is computed.</param>
    public static async Task TellAsync(
        RunContext context,
        MemorySettings settings,
        Func<(LanguageModelConfig Config, RunLoad Load)> shape,
        string? notice,
        CancellationToken stop
    )
    {
        var estimate = await context.ComputeAsync(
            () =>
            {
                var (config, load) = shape();
                return RunEstimate.Of(config, settings, load, RunEstimate.MeasureSpeed(context.Device));
            },
            stop
        );
        if (estimate.Shortage(context.Device) is { } shortage)
        {
            throw new RunFailedException(shortage);
        }
        string?[] said = [notice, estimate.ToString(), estimate.Squeeze(context.Device)];
        await context.Claim.NoteAsync(string.Join(' ', said.OfType<string>()), stop);
    }

    /// <summary>Tokens of a conversation and completions that answer it, each with its end, each encoded with the prompt.</summary>
    public static IEnumerable<long> Lengths(ChatTemplate template, IReadOnlyList<Message> prompt, IReadOnlyList<string> completions)
    {
        long before = template.EncodePrompt(prompt).Count;
        return completions.Select(c => before + template.EncodeCompletion(c).Count + 1);
    }

    /// <summary>The load of training on rows of such lengths with passes of at most so many tokens.</summary>
    public static RunLoad OfRows(IReadOnlyList<long> train, IReadOnlyList<long> validation, SupervisedSettings settings) =>
        new(
            TrainedModels: 1,
            FrozenModels: 0,
            TokensPerPass: Pass(train, settings.MaxTokensPerPass),
            TrainedTokens: train.Sum() * settings.Epochs,
            ReadTokens: validation.Sum() * settings.Epochs * settings.ValidationsPerEpoch
        );

    /// <summary>Tokens of the largest pass: as many rows as fit, but at least one.</summary>
    public static long Pass(IReadOnlyList<long> lengths, int most) =>
        lengths.Count == 0 ? 0 : Math.Max(lengths.Max(), Math.Min(lengths.Sum(), most));
}
