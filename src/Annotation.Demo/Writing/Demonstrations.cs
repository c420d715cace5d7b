using Annotation.Demo.Prompts;
using Annotation.Demo.Randomness;

namespace Annotation.Demo.Writing;

/// <summary>Writes demonstrations as labelers write them: most decent, some thin, some partly wrong.</summary>
public static class Demonstrations
{
    /// <summary>Writes <paramref name="count"/> demonstrations, one per prompt, on prompts of <see cref="PromptUse.Demonstrations"/>.</summary>
    public static IReadOnlyList<WrittenDemonstration> Write(int count, ulong seed) =>
        [
            .. PromptPool
                .Draw(PromptUse.Demonstrations, count, seed)
                .Select(prompt =>
                {
                    var random = SeededRandom.Of(seed, "demonstration", prompt.Text);
                    string answer = new AnswerWriter(random).Write(prompt.Ask, random.Choose(QualityMix.Demonstrators));
                    return new WrittenDemonstration(prompt, random.NextBool(0.05) ? "Sure. " + answer : answer);
                }),
        ];
}
