using Annotation.Demo.Randomness;

namespace Annotation.Demo.Prompts;

/// <summary>Beginnings of small children's stories, for models that go on with plain text.</summary>
public static class StoryPrompts
{
    private static readonly (string Name, string Who, string Pronoun)[] Characters =
    [
        ("Lily", "girl", "She"),
        ("Mia", "girl", "She"),
        ("Sue", "girl", "She"),
        ("Anna", "girl", "She"),
        ("Lucy", "cat", "She"),
        ("Tim", "boy", "He"),
        ("Tom", "boy", "He"),
        ("Ben", "boy", "He"),
        ("Max", "dog", "He"),
        ("Sam", "bear", "He"),
        ("Jack", "bird", "He"),
        ("Bob", "rabbit", "He"),
    ];

    private static readonly string[] Moods = ["happy", "kind", "brave", "curious", "quiet", "clever", "shy", "funny"];
    private static readonly string[] Wishes = ["loved", "found", "wanted", "lost", "saw", "shared", "made", "hid"];
    private static readonly string[] Colors = ["red", "blue", "big", "small", "shiny", "soft", "old", "new"];

    private static readonly string[] Objects =
    [
        "ball",
        "flower",
        "toy car",
        "hat",
        "cookie",
        "book",
        "boat",
        "kite",
        "apple",
        "box",
        "stone",
        "balloon",
    ];

    private static readonly string[] Places = ["park", "garden", "forest", "house", "kitchen", "river", "field", "beach"];

    /// <summary>Draws different beginnings. Those of different uses never overlap.</summary>
    /// <param name="use">What they are for.</param>
    /// <param name="count">How many, at most several thousand.</param>
    /// <param name="seed">Equal seeds draw equal beginnings.</param>
    public static IReadOnlyList<string> Draw(PromptUse use, int count, ulong seed)
    {
        var random = SeededRandom.Of(seed, "stories", use.ToString());
        var seen = new HashSet<string>(StringComparer.Ordinal);
        List<string> beginnings = [];
        while (beginnings.Count < count)
        {
            string text = DrawAny(random);
            if (PromptPool.UseOf(text) == use && seen.Add(text))
            {
                beginnings.Add(text);
            }
        }
        return beginnings;
    }

    private static string DrawAny(SeededRandom random)
    {
        (string name, string who, string pronoun) = random.Choose(Characters);
        string thing = $"{random.Choose(Colors)} {random.Choose(Objects)}";
        return $"Once upon a time, there was a {random.Choose(Moods)} {who} named {name}. "
            + $"{pronoun} {random.Choose(Wishes)} a {thing} in the {random.Choose(Places)}.";
    }
}
