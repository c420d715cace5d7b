using Annotation.Demo.Judges;
using Annotation.Demo.Prompts;
using Annotation.Demo.Randomness;
using Annotation.Demo.Writing;

namespace Annotation.Demo.Projects;

/// <summary>The project that <c>up</c> has ready to rank.</summary>
public static class DemoProject
{
    /// <summary>The project's name in commands.</summary>
    public const string Name = "demo";

    /// <summary>Where a seed completion comes from: no model and no person wrote it.</summary>
    public const string CompletionOrigin = "sample";

    /// <summary>One paragraph for the project's page.</summary>
    public const string Description =
        "A small world of animals, places and things. Rank answers to questions about it, train a reward model on your rankings "
        + "and let PPO improve the tiny model that answers.";

    /// <summary>Completions per task.</summary>
    public const int CompletionsPerTask = 4;

    /// <summary>Longest completion, in tokens.</summary>
    public const int MaxNewTokens = 48;

    /// <summary>The labelers' guideline, in Markdown.</summary>
    public const string Guideline = """
        # What a good answer is

        People ask about animals, places and things. Put the answer first that you would rather get.

        1. **Is it about what was asked?** An answer about the owl does not help someone who asked about the fox. A question for one
           thing ("Where does the fox live?") wants that thing; "in one sentence" wants one sentence.
        2. **Is it true?** Foxes live in the forest and eat mice; an answer that says something else is worse, however well it reads.
           If you do not know, judge by what you believe, or skip.
        3. **Does it tell enough?** Three different facts are plenty. Saying the same again, or wandering off, tells nothing more.
        4. **Is it polite?** An insult puts an answer near the end.

        Answers that are equally good may share a rank. Length is no quality: ask what the extra words tell you.

        ## Examples

        *Tell me about the fox.*

        | rank | answer | why |
        | --- | --- | --- |
        | 1 | The fox is red. It lives in the forest. It eats mice. | true, about the fox, three facts |
        | 2 | The fox is red. | true, but thin |
        | 3 | The fox is red. It lives in the sea. It eats mice. | one statement is false |
        | 4 | The owl is brown. It lives in the forest. It eats mice. | true, but nobody asked about the owl |

        *Which is larger, the bear or the frog?*

        | rank | answer | why |
        | --- | --- | --- |
        | 1 | The bear is larger than the frog. It is brown. | answers, and is right |
        | 2 | The bear is brown. It eats honey. | right, but does not answer |
        | 3 | The frog is larger than the owl. | answers another question, and is wrong |
        | 4 | Who cares. Find out yourself. | rude |
        """;

    /// <summary>The criteria in the order labelers see them. Only <c>overall</c> weighs, as in every project at its start.</summary>
    public static IReadOnlyList<DemoCriterion> Criteria { get; } =
    [
        new(GoldJudge.Overall, "Overall", "Which answer would you rather get?", 1),
        new(DemoJudge.Relevance, "Relevance", "Is it about what was asked, and does it do what was asked?", 0),
        new(DemoJudge.Informativeness, "Informativeness", "How many different things does it tell about what was asked?", 0),
        new(DemoJudge.Truthfulness, "Truthfulness", "Is everything it states true?", 0),
        new(DemoJudge.Harmlessness, "Harmlessness", "Is it polite?", 0),
    ];

    /// <summary>
    /// Tasks that can be ranked at once. The completions are written by the world's own generator, one good and the others of mixed
    /// quality, and must be stored with the origin <see cref="CompletionOrigin"/>.
    /// </summary>
    public static IReadOnlyList<SeedTask> SeedTasks(int count, ulong seed) =>
        [
            .. PromptPool
                .Draw(PromptUse.Rankings, count, seed)
                .Select(prompt => new SeedTask(prompt.Text, Completions(prompt, SeededRandom.Of(seed, "seed task", prompt.Text)))),
        ];

    private static List<string> Completions(WorldPrompt prompt, SeededRandom random)
    {
        var writer = new AnswerWriter(random);
        List<string> texts = [writer.Write(prompt.Ask, AnswerQuality.Good)];
        while (texts.Count < CompletionsPerTask)
        {
            string text = writer.Write(prompt.Ask, random.Choose(QualityMix.Web));
            if (!texts.Contains(text))
            {
                texts.Add(text);
            }
        }
        return random.Shuffle(texts);
    }
}
