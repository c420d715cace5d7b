using Annotation.Jobs.Execution;
using Annotation.Learning.Estimates;
using Annotation.Learning.Models;
using Annotation.Learning.Text;
using Annotation.Learning.Text.Templates;
using Annotation.Learning.Training;

namespace Annotation.Jobs.Training;

/// <summary>Tells, before a training run loads anything, what it will need, and refuses it where the device's memory does not suffice.</summary>
internal static class RunForecast
{
    /// <summary>Stores the estimate as the run's notice, behind what was noted already.</summary>
    /// <param name="context">The run.</param>
    /// <param name="folder">Its base model.</param>
    /// <param name="settings">How the model is held.</param>
    /// <param name="load">How much is computed, by the model's shape and template.</param>
    /// <param name="notice">What the run has noted already.</param>
    /// <param name="stop">Stops the work.</param>
    /// <exception cref="RunFailedException">The device has not enough memory; the sentence says what to lower.</exception>
    public static Task TellAsync(
        RunContext context,
        string folder,
        MemorySettings settings,
        Func<LanguageModelConfig, ChatTemplate, RunLoad> load,
        string? notice,
        CancellationToken stop
    ) =>
        TellAsync(
            context,
            settings,
            () =>
            {
                var (config, _, template) = Pretrained.Describe(folder);
                return (config, load(config, template));
            },
            notice,
            stop
        );

    /// <inheritdoc cref="TellAsync(RunContext, string, MemorySettings, Func{LanguageModelConfig, ChatTemplate, RunLoad}, string?, CancellationToken)"/>
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

    /// <summary>The load of training on rows of such lengths, those left out that are longer than the longest allowed.</summary>
    /// <param name="train">Tokens of each row that is learned from.</param>
    /// <param name="validation">Tokens of each row that is only read.</param>
    /// <param name="settings">Epochs, validations and the bound on a pass.</param>
    /// <param name="longest">Tokens of the longest row allowed.</param>
    /// <param name="rowsPerStep">Rows of an optimizer step, whose passes are cut from them.</param>
    /// <param name="areFull">Whether rows are packed into ones of the longest length.</param>
    public static RunLoad OfRows(
        IReadOnlyList<long> train,
        IReadOnlyList<long> validation,
        SupervisedSettings settings,
        long longest,
        long rowsPerStep,
        bool areFull = false
    )
    {
        List<long> kept = [.. train.Where(length => length <= longest)];
        return new(
            TrainedModels: 1,
            FrozenModels: 0,
            TokensPerPass: Pass(kept, settings.MaxTokensPerPass, rowsPerStep, areFull ? longest : 0),
            TrainedTokens: kept.Sum() * settings.Epochs,
            ReadTokens: validation.Where(length => length <= longest).Sum() * settings.Epochs * settings.ValidationsPerEpoch
        );
    }

    /// <summary>Tokens of the largest pass: as many rows of a step as fit, but at least one.</summary>
    public static long Pass(IReadOnlyList<long> lengths, long most, long rowsPerStep, long rowLength = 0)
    {
        var row = Math.Max(rowLength, lengths.Count == 0 ? 0 : lengths.Max());
        return Math.Max(row, Math.Min(most, row * rowsPerStep));
    }
}
