using Annotation.Learning.Training;

namespace Annotation.Learning.Generation;

/// <summary>Draws tokens for one row from a stream of its own, so that its mates in a batch change nothing.</summary>
internal sealed class TokenChooser(SamplingSettings settings, int row)
{
    private readonly SeededRandom _random = new(settings.Seed, row);

    /// <summary>The next token and its log-probability under softmax(logits / temperature).</summary>
    /// <param name="logits">(V)</param>
    /// <param name="probabilities">(V), overwritten.</param>
    /// <param name="prompt">The prompt's ids.</param>
    /// <param name="drawn">Those drawn so far.</param>
    internal (int Id, float LogProbability) Choose(
        ReadOnlySpan<float> logits,
        Span<double> probabilities,
        IReadOnlyList<int> prompt,
        IReadOnlyList<int> drawn
    )
    {
        var temperature = settings.Temperature == 0 ? 1 : settings.Temperature;
        var (best, maximum, sum) = Exponentials(logits, probabilities, temperature);
        var allowed = sum;
        if (Repetition.Discouraged(settings, logits, prompt, drawn) is { } changed)
        {
            (best, _, allowed) = Exponentials(changed, probabilities, temperature);
        }

        var chosen = settings.Temperature == 0 ? best : Draw(probabilities, Restrict(probabilities, allowed));
        return (chosen, (float)((logits[chosen] - maximum) / temperature - Math.Log(sum)));
    }

    /// <summary>exp((logit - maximum) / temperature) of all ids, with the best id, its logit and the sum.</summary>
    private static (int Best, double Maximum, double Sum) Exponentials(
        ReadOnlySpan<float> logits,
        Span<double> probabilities,
        double temperature
    )
    {
        var best = IndexOfMaximum(logits);
        double maximum = logits[best];
        if (!double.IsFinite(maximum))
        {
            throw new BrokenLogitsException();
        }

        var sum = 0.0;
        for (var id = 0; id < logits.Length; id++)
        {
            sum += probabilities[id] = Math.Exp((logits[id] - maximum) / temperature);
        }

        return (best, maximum, sum);
    }

    /// <summary>Sets the weights outside top-k and top-p to 0; returns the sum of the rest.</summary>
    private double Restrict(Span<double> weights, double sum)
    {
        var count = settings.TopK is > 0 and var k && k < weights.Length ? k : weights.Length;
        if (count == weights.Length && settings.TopP >= 1)
        {
            return sum;
        }

        // Most probable first, equal ones by id, so that the choice is the same everywhere.
        var copy = weights.ToArray();
        var order = count < copy.Length ? Largest(copy, count) : Leading(copy, settings.TopP * sum);
        var within = count < copy.Length ? order.Sum(id => copy[id]) : sum;
        weights.Clear();
        var kept = 0.0;
        for (var i = 0; i < order.Count && (i == 0 || kept < settings.TopP * within); i++)
        {
            kept += weights[order[i]] = copy[order[i]];
        }

        return kept;
    }

    // The ids of the largest weights in their order; a heap keeps the best so far, so that few of a large vocabulary are ever sorted.
    private static List<int> Largest(double[] weights, int count)
    {
        var heap = new PriorityQueue<int, (double Weight, int Last)>(count + 1);
        for (var id = 0; id < weights.Length; id++)
        {
            if (heap.Count < count)
            {
                heap.Enqueue(id, (weights[id], -id));
            }
            else if (weights[id] > weights[heap.Peek()])
            {
                heap.EnqueueDequeue(id, (weights[id], -id));
            }
        }

        return Sorted(weights, heap.UnorderedItems.Select(item => item.Element));
    }

    // The ids in their order, at least as many as weigh so much together. The largest weight is 1, and few others are near it: a lower and
    // lower bar finds them without sorting all.
    private static List<int> Leading(double[] weights, double mass)
    {
        for (var bar = 1 / 64.0; bar > 1e-9; bar /= 64)
        {
            var above = new List<int>();
            var reached = 0.0;
            for (var id = 0; id < weights.Length; id++)
            {
                if (weights[id] >= bar)
                {
                    above.Add(id);
                    reached += weights[id];
                }
            }

            if (reached >= mass)
            {
                return Sorted(weights, above);
            }
        }

        return Sorted(weights, Enumerable.Range(0, weights.Length));
    }

    private static List<int> Sorted(double[] weights, IEnumerable<int> ids) =>
        [.. ids.OrderByDescending(id => weights[id]).ThenBy(id => id)];

    private int Draw(ReadOnlySpan<double> weights, double sum)
    {
        var left = _random.NextDouble() * sum;
        var last = 0;
        for (var id = 0; id < weights.Length; id++)
        {
            if (weights[id] == 0)
            {
                continue;
            }

            left -= weights[id];
            if (left < 0)
            {
                return id;
            }

            last = id;
        }

        return last;
    }

    private static int IndexOfMaximum(ReadOnlySpan<float> values)
    {
        var best = 0;
        for (var i = 1; i < values.Length; i++)
        {
            // A NaN, too, becomes the maximum and is noticed.
            if (!(values[i] <= values[best]))
            {
                best = i;
            }
        }

        return best;
    }
}
