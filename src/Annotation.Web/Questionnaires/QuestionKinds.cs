using Annotation.Domain.Projects;
using Annotation.Domain.Questions;

namespace Annotation.Web.Questionnaires;

/// <summary>The kinds of questions that an engineer may compose, and usual questionnaires to start from.</summary>
internal static class QuestionKinds
{
    /// <summary>In the order in which they are offered.</summary>
    public static IReadOnlyList<QuestionKind> All { get; } =
    [
        new("ranking", "Ranking", "Order the completions from best to worst; ties allowed.", key => new RankingQuestion(key)),
        new("best", "Best of N", "Pick the best completion.", key => new BestQuestion(key)),
        new("best-worst", "Best and worst", "Pick the best and the worst; for long lists.", key => new BestWorstQuestion(key)),
        new("strength", "Strength of preference", "Which of two is better, and by how much.", key => new StrengthQuestion(key)),
        new("rating", "Rating", "Grade each completion from 1 to 7.", key => new RatingQuestion(key)),
        new("flags", "Flags", "Mark what is wrong with each completion.", key => new FlagsQuestion(key) { Choices = FlagsQuestion.Usual }),
        new("reason", "Reason", "Say why, in words or by tags.", key => new ReasonQuestion(key) { Required = false }),
        new(
            "edit",
            "Edit a completion",
            "Improve one: a demonstration and a comparison in one.",
            key => new EditQuestion(key) { Required = false }
        ),
        new("demonstration", "Demonstration", "Write the answer; asked in writing tasks.", key => new DemonstrationQuestion(key)),
        new("dialogue", "Dialogue", "Write both sides of a conversation; asked in dialogue tasks.", key => new DialogueQuestion(key)),
    ];

    /// <summary>Questionnaires that published campaigns used, to start from.</summary>
    public static IReadOnlyList<UsualQuestionnaire> Usual { get; } =
    [
        new("A ranking per criterion", Questionnaire.Default),
        new(
            "Grades 1 to 7 and flags, then a ranking (InstructGPT)",
            _ =>
                [
                    new RatingQuestion("quality")
                    {
                        Name = "How good is each?",
                        MinLabel = "Very bad",
                        MaxLabel = "Excellent",
                    },
                    new FlagsQuestion("flags")
                    {
                        Name = "What is wrong with them?",
                        Choices = FlagsQuestion.Usual,
                        Required = false,
                    },
                    new RankingQuestion(Criterion.Overall) { Name = "Order them, best first" },
                ]
        ),
        new(
            "Pairs by strength, and what is not acceptable (Tülu)",
            _ =>
                [
                    new StrengthQuestion(Criterion.Overall)
                    {
                        Name = "Which is better?",
                        Steps = ["Slightly better", "Better"],
                        MaxCompletions = 2,
                    },
                    new RankingQuestion("order")
                    {
                        Name = "Order them",
                        Criterion = Criterion.Overall,
                        MinCompletions = 3,
                    },
                    new FlagsQuestion("acceptability")
                    {
                        Name = "Which are not acceptable?",
                        Choices = [new(FlagsQuestion.Unacceptable, "Not acceptable")],
                        Required = false,
                    },
                ]
        ),
        new(
            "Pairs in eight steps, with a reason (HH)",
            _ =>
                [
                    new StrengthQuestion(Criterion.Overall)
                    {
                        Name = "Which is better?",
                        Steps = ["Hardly better", "Slightly better", "Better", "Much better"],
                        AllowTie = false,
                        MaxCompletions = 2,
                    },
                    new RankingQuestion("order")
                    {
                        Name = "Order them",
                        Criterion = Criterion.Overall,
                        MinCompletions = 3,
                    },
                    new ReasonQuestion("why") { Name = "Why?", Required = false },
                ]
        ),
        new(
            "Rank few, best and worst of many, and mend one",
            _ =>
                [
                    new RankingQuestion(Criterion.Overall) { Name = "Order them, best first", MaxCompletions = 6 },
                    new BestWorstQuestion("extremes")
                    {
                        Name = "The best and the worst",
                        Criterion = Criterion.Overall,
                        MinCompletions = 7,
                    },
                    new EditQuestion("edit") { Name = "Improve one of them", Required = false },
                ]
        ),
    ];

    /// <summary>The kind of a question.</summary>
    public static QuestionKind Of(Question question) => All.Single(k => k.Make(question.Key).GetType() == question.GetType());
}

/// <summary>A kind of question.</summary>
/// <param name="Name">As stored.</param>
/// <param name="Title">For people.</param>
/// <param name="Explanation">What labelers do.</param>
/// <param name="Make">A new one with its key.</param>
internal sealed record QuestionKind(string Name, string Title, string Explanation, Func<string, Question> Make);

/// <summary>A questionnaire to start from, made for a project's criteria.</summary>
internal sealed record UsualQuestionnaire(string Title, Func<IEnumerable<Criterion>, IReadOnlyList<Question>> Make);
