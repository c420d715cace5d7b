using Annotation.Demo.Randomness;
using Annotation.Demo.World;

namespace Annotation.Demo.Prompts;

/// <summary>Draws prompts. About 40 000 texts exist; each belongs to one <see cref="PromptUse"/> for ever.</summary>
public static class PromptPool
{
    /// <summary>How often each family is drawn.</summary>
    private static readonly (PromptFamily Family, double Weight)[] FamilyWeights =
    [
        (PromptFamily.About, 0.28),
        (PromptFamily.Question, 0.30),
        (PromptFamily.Compare, 0.12),
        (PromptFamily.Praise, 0.10),
        (PromptFamily.OneSentence, 0.10),
        (PromptFamily.Both, 0.10),
    ];

    /// <summary>The use a prompt text belongs to: 20 % each, by a hash of the text alone.</summary>
    public static PromptUse UseOf(string text) => (PromptUse)(SeededRandom.Hash(text) % 5);

    /// <summary>Draws different prompts of one use.</summary>
    /// <param name="use">What they are for.</param>
    /// <param name="count">How many; at most a few thousand, since no text is drawn twice.</param>
    /// <param name="seed">Equal seeds draw equal prompts.</param>
    public static IReadOnlyList<WorldPrompt> Draw(PromptUse use, int count, ulong seed)
    {
        var random = SeededRandom.Of(seed, "prompts", use.ToString());
        var seen = new HashSet<string>(StringComparer.Ordinal);
        List<WorldPrompt> prompts = [];
        while (prompts.Count < count)
        {
            WorldPrompt prompt = DrawAny(random);
            if (UseOf(prompt.Text) == use && seen.Add(prompt.Text))
            {
                prompts.Add(prompt);
            }
        }
        return prompts;
    }

    /// <summary>One prompt of any use.</summary>
    public static WorldPrompt DrawAny(SeededRandom random)
    {
        PromptFamily family = random.Choose(FamilyWeights);
        Subject first = random.Choose(Encyclopedia.Subjects);
        Aspect? aspect = family == PromptFamily.Question ? random.Choose(Encyclopedia.AspectsOf(first.Kind)) : null;
        List<Subject> subjects = [first];
        if (family is PromptFamily.Compare or PromptFamily.Both)
        {
            subjects.Add(random.Choose([.. Encyclopedia.SubjectsOf(first.Kind).Where(other => other != first)]));
        }
        string text = PromptTemplates.Fill(
            random.Choose(PromptTemplates.Frames),
            random.Choose(PromptTemplates.Of(family, aspect)),
            subjects
        );
        return new WorldPrompt(text, new Ask(family, subjects, aspect));
    }
}
