using Annotation.Learning.Models;
using Annotation.Learning.Tensors;
using static TorchSharp.torch;

namespace Annotation.Learning.PolicyGradients;

/// <summary>
/// Prompts with completions as tensors: whole rows padded on the right, and for each completion token the position that
/// predicts it. A prompt of Q tokens: token t stands at Q + t and is predicted, and valued, at Q + t - 1.
/// </summary>
/// <param name="Ids">(B, W) int64, prompt then completion.</param>
/// <param name="Positions">(B * T) int64, flat indices into B * W.</param>
/// <param name="Labels">(B, T) int64, the completion's tokens.</param>
/// <param name="Mask">(B, T) int64, 1 at real tokens, the end token included.</param>
public sealed record CompletionBatch(Tensor Ids, Tensor Positions, Tensor Labels, Tensor Mask)
{
    /// <summary>The tensors of these rows, in the caller's dispose scope.</summary>
    public static CompletionBatch Of(IReadOnlyList<Rollout> rollouts, long endId, Device device)
    {
        using var scope = NewDisposeScope();
        var ids = TokenRows.Pad([.. rollouts.Select(r => (int[])[.. r.PromptIds, .. r.CompletionIds])], device);
        var labels = TokenRows.Pad([.. rollouts.Select(r => r.CompletionIds)], device);
        var (width, length) = (ids.shape[1], (int)labels.shape[1]);
        var positions = new long[rollouts.Count * length];
        for (var row = 0; row < rollouts.Count; row++)
        {
            var first = row * width + rollouts[row].PromptIds.Length - 1;
            for (var t = 0; t < length; t++)
            {
                positions[row * length + t] = first + Math.Min(t, rollouts[row].CompletionIds.Length - 1);
            }
        }
        var mask =
            TokenRows.Mask([.. rollouts.Select(r => r.CompletionIds.Length)], length, device) * CompletionEnd.Find(labels, endId).Mask;
        return new(
            ids.MoveToOuterDisposeScope(),
            tensor(positions, device: device).MoveToOuterDisposeScope(),
            labels.MoveToOuterDisposeScope(),
            mask.MoveToOuterDisposeScope()
        );
    }

    /// <summary>The hidden states that predict the completions' tokens, (B * T, d).</summary>
    public Tensor Select(LanguageModel model)
    {
        using var scope = NewDisposeScope();
        return model.Hidden(Ids).flatten(0, 1).index_select(0, Positions).MoveToOuterDisposeScope();
    }

    /// <summary>The logits that predict the completions' tokens, (B, T, V).</summary>
    public Tensor Logits(LanguageModel model)
    {
        using var scope = NewDisposeScope();
        return model.Logits(Select(model)).view(Labels.shape[0], Labels.shape[1], -1).MoveToOuterDisposeScope();
    }
}
