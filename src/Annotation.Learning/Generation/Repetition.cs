namespace Annotation.Learning.Generation;

/// <summary>Makes what was said less likely to be said again.</summary>
internal static class Repetition
{
    // So far below any logit that its exponential is 0.
    private const float Never = -1e30f;

    /// <summary>Changed logits, (V); null where the settings change none.</summary>
    internal static float[]? Discouraged(
        SamplingSettings settings,
        ReadOnlySpan<float> logits,
        IReadOnlyList<int> prompt,
        IReadOnlyList<int> drawn
    )
    {
        if (settings.RepetitionPenalty == 1 && settings.NoRepeatLength == 0)
        {
            return null;
        }

        var changed = logits.ToArray();
        if (settings.RepetitionPenalty != 1)
        {
            var penalty = (float)settings.RepetitionPenalty;
            foreach (var id in prompt.Concat(drawn).Distinct().Where(id => id >= 0 && id < changed.Length))
            {
                changed[id] = changed[id] > 0 ? changed[id] / penalty : changed[id] * penalty;
            }
        }

        if (settings.NoRepeatLength > 0)
        {
            Forbid(changed, drawn, settings.NoRepeatLength);
        }

        return changed;
    }

    /// <summary>Forbids each id that followed the same length - 1 tokens before.</summary>
    private static void Forbid(float[] logits, IReadOnlyList<int> drawn, int length)
    {
        var tail = length - 1;
        for (var start = 0; start + tail < drawn.Count; start++)
        {
            var same = true;
            for (var i = 0; i < tail && same; i++)
            {
                same = drawn[start + i] == drawn[drawn.Count - tail + i];
            }

            if (same)
            {
                logits[drawn[start + tail]] = Never;
            }
        }
    }
}
