namespace Annotation.Domain.Labeling;

/// <summary>Chooses the order in which a labeler sees completions, so that no model is always on top.</summary>
/// <param name="random">Seeded by whoever wants the orders to repeat.</param>
public sealed class ShownOrderShuffler(Random random)
{
    private readonly Lock oneAtATime = new();

    /// <summary>The same ids in random order.</summary>
    public Guid[] Shuffle(Guid[] ids)
    {
        // A seeded generator is not safe for several threads.
        lock (oneAtATime)
        {
            random.Shuffle(ids);
        }

        return ids;
    }
}
