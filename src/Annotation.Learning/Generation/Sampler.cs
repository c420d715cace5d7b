using Annotation.Learning.Models;
using Annotation.Learning.Training;
using static TorchSharp.torch;

namespace Annotation.Learning.Generation;

/// <summary>Writes completions with a model, many prompts at once.</summary>
/// <remarks>
/// A completion is a function of the model, its prompt, the settings and its place in the list of prompts: which other
/// prompts share its batch changes at most the rounding of its logits.
/// </remarks>
public sealed class Sampler(Pretrained model)
{
    // Enough rows for full matrix products; more only cost memory. A large model or a long context gets fewer.
    private const int MostRows = 64;
    private const long MostCachedNumbers = 1 << 28;

    /// <summary>One completion for each prompt, in the order of the prompts.</summary>
    /// <param name="promptIds">Each prompt's tokens, as the template encodes it.</param>
    /// <param name="settings">How to draw.</param>
    /// <param name="cancellationToken">Checked before each token.</param>
    /// <exception cref="PromptLengthException">A prompt is empty, or leaves no room in the model's context.</exception>
    public IReadOnlyList<GeneratedCompletion> Generate(
        IReadOnlyList<IReadOnlyList<int>> promptIds,
        SamplingSettings settings,
        CancellationToken cancellationToken = default
    ) => Generate(promptIds, settings, pieces: null, cancellationToken);

    /// <inheritdoc cref="Generate(IReadOnlyList{IReadOnlyList{int}}, SamplingSettings, CancellationToken)"/>
    /// <param name="promptIds">Each prompt's tokens, as the template encodes it.</param>
    /// <param name="settings">How to draw.</param>
    /// <param name="pieces">Told each new piece of text as soon as it is written; the pieces of a completion are its text.</param>
    /// <param name="cancellationToken">Checked before each token.</param>
    public IReadOnlyList<GeneratedCompletion> Generate(
        IReadOnlyList<IReadOnlyList<int>> promptIds,
        SamplingSettings settings,
        Action<GeneratedPiece>? pieces,
        CancellationToken cancellationToken
    )
    {
        SettingsPairs.Check(settings);
        var context = model.Model.Config.ContextLength;
        for (var i = 0; i < promptIds.Count; i++)
        {
            if (promptIds[i].Count == 0 || promptIds[i].Count >= context)
            {
                throw new PromptLengthException(i, promptIds[i].Count, context);
            }
        }

        // Prompts of like length share a batch, so that little of it is padding.
        var longest = promptIds.Count == 0 ? 0 : Math.Min(context, promptIds.Max(p => p.Count) + settings.MaxNewTokens);
        var rows = promptIds
            .Select(
                (ids, i) =>
                    new SampledRow(
                        ids,
                        Math.Min(settings.MaxNewTokens, context - ids.Count),
                        new TokenChooser(settings, i),
                        new CompletionText(
                            model,
                            settings.StopSequences,
                            pieces is null ? null : text => pieces(new GeneratedPiece(i, text))
                        )
                    )
            )
            .ToList();
        foreach (var batch in rows.OrderBy(r => r.Prompt.Count).Chunk(RowsAtOnce(longest)))
        {
            Generate(batch, cancellationToken);
        }

        return [.. rows.Select(r => r.ToCompletion())];
    }

    private int RowsAtOnce(int positions)
    {
        var config = model.Model.Config;
        var numbersPerRow = 2L * config.Layers * config.KeyValueHeads * config.HeadSize * Math.Max(1, positions);
        return (int)Math.Clamp(MostCachedNumbers / numbersPerRow, 1, MostRows);
    }

    private void Generate(IReadOnlyList<SampledRow> rows, CancellationToken cancellationToken)
    {
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        using var batch = new SampledBatch(model.Model, rows);
        var logits = batch.Prefill();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            batch.Choose(logits);
            logits.Dispose();
            if (!batch.DropFinished())
            {
                return;
            }

            logits = batch.Step();
        }
    }
}
