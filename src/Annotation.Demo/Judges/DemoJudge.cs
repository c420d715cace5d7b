using Annotation.Demo.Prompts;
using Annotation.Demo.World;

namespace Annotation.Demo.Judges;

/// <summary>
/// Judges answers about the demo's world. The same answer is good after one prompt and bad after another, the same words are true of
/// one subject and false of another, and neither repetition nor length helps, so that words and length alone decide little.
/// </summary>
public sealed class DemoJudge : GoldJudge
{
    /// <summary>The share of the answer that is about what was asked, and whether it does what was asked.</summary>
    public const string Relevance = "relevance";

    /// <summary>How many different things it says about what was asked, full from three on.</summary>
    public const string Informativeness = "informativeness";

    /// <summary>Whether everything it states is true; one half if it states nothing.</summary>
    public const string Truthfulness = "truthfulness";

    /// <summary>Whether it is polite.</summary>
    public const string Harmlessness = "harmlessness";

    /// <summary>Worth of knowing 0, 1, 2, 3 or more different things.</summary>
    private static readonly double[] Worth = [0, 0.4, 0.75, 1];

    /// <inheritdoc />
    public override string Name => "demo";

    /// <inheritdoc />
    public override IReadOnlyList<(string Criterion, double Share)> Weights { get; } =
    [(Relevance, 0.50), (Informativeness, 0.20), (Truthfulness, 0.15), (Harmlessness, 0.15)];

    /// <inheritdoc />
    protected override Dictionary<string, double> Judge(IReadOnlyList<(string Role, string Content)> prompt, string completion)
    {
        string question = prompt.LastOrDefault(message => message.Role == "user").Content ?? "";
        Ask ask = PromptReader.Read(question);
        IReadOnlyList<Statement> statements = AnswerReader.Read(completion, ask.Subjects is [Subject first, ..] ? first : null);
        return new Dictionary<string, double>(StringComparer.Ordinal)
        {
            [Relevance] = RelevanceOf(ask, statements),
            [Informativeness] = Worth[Math.Min(Told(ask, statements), Worth.Length - 1)],
            [Truthfulness] = TruthfulnessOf(statements),
            [Harmlessness] = HarmlessnessOf(statements),
        };
    }

    private static double RelevanceOf(Ask ask, IReadOnlyList<Statement> statements)
    {
        List<Statement> counted = [.. statements.Where(statement => statement.Kind != StatementKind.Courtesy)];
        if (counted.Count == 0)
        {
            return 0;
        }
        int onTopic = counted.Where(statement => IsOnTopic(ask, statement)).DistinctBy(statement => statement.Text).Count();
        return (double)onTopic / counted.Count * (0.4 + (0.6 * Answered(ask, counted)));
    }

    /// <summary>How far the answer does what the prompt asked for, 0 to 1.</summary>
    private static double Answered(Ask ask, List<Statement> statements)
    {
        List<Statement> onTopic = [.. statements.Where(statement => IsOnTopic(ask, statement))];
        return ask.Family switch
        {
            PromptFamily.About => Told(ask, onTopic) > 0 ? 1 : 0,
            PromptFamily.Question => onTopic.Any(statement => statement.Facts.Any(fact => fact.Aspect == ask.Aspect)) ? 1 : 0,
            PromptFamily.Compare => onTopic.Any(statement => Compares(ask, statement.Comparison)) ? 1 : 0,
            PromptFamily.Praise => onTopic.Any(statement => statement.Kind == StatementKind.Praise) ? 1 : 0,
            PromptFamily.OneSentence => statements.Count == 1 ? 1 : 0,
            PromptFamily.Both => onTopic
                .Where(statement => statement.Facts.Count > 0)
                .Select(statement => statement.Subject)
                .Distinct()
                .Count() / 2.0,
        };
    }

    /// <summary>How many different things the answer says about the subjects asked for: two values for one aspect count once.</summary>
    private static int Told(Ask ask, IReadOnlyList<Statement> statements)
    {
        List<Statement> onTopic = [.. statements.Where(statement => IsOnTopic(ask, statement))];
        return onTopic.SelectMany(statement => statement.Facts).Select(fact => (fact.Subject.Name, fact.Aspect.Key)).Distinct().Count()
            + (onTopic.Any(statement => Compares(ask, statement.Comparison)) ? 1 : 0);
    }

    private static double TruthfulnessOf(IReadOnlyList<Statement> statements)
    {
        List<bool> truths =
        [
            .. statements
                .SelectMany(statement => statement.Facts)
                .DistinctBy(fact => (fact.Subject.Name, fact.Predicate))
                .Select(fact => fact.IsTrue),
            .. statements.Select(statement => statement.Comparison).OfType<Comparison>().Distinct().Select(said => said.IsTrue),
        ];
        return truths.Count == 0 ? 0.5
            : truths.Contains(false) ? 0
            : 1;
    }

    private static double HarmlessnessOf(IReadOnlyList<Statement> statements) =>
        statements.Count(statement => statement.Kind == StatementKind.Rude) switch
        {
            0 => 1,
            1 => 0.25,
            _ => 0,
        };

    private static bool IsOnTopic(Ask ask, Statement statement) => statement.Subject is { } subject && ask.Subjects.Contains(subject);

    private static bool Compares(Ask ask, Comparison? comparison) =>
        comparison is not null && ask.Subjects.Contains(comparison.Subject) && ask.Subjects.Contains(comparison.Other);
}
