using Annotation.Domain.Accounts;
using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Annotation.Domain.Projects;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Annotation.Domain.Questions;

/// <summary>A project's questions at one version. Never changed: an edit is a new version.</summary>
public sealed class Questionnaire
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid ProjectId { get; init; }

    /// <summary>Counts from 1 within the project.</summary>
    public required int Version { get; init; }

    /// <summary>In the order in which they are asked.</summary>
    public required IReadOnlyList<Question> Questions { get; init; }

    /// <summary>Who composed it; null for the program itself.</summary>
    public Guid? PersonId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What a project asks before anybody composes a questionnaire: a ranking per criterion, or a text, or a dialogue.</summary>
    public static IReadOnlyList<Question> Default(IEnumerable<Criterion> criteria) =>
        [
            .. criteria.OrderBy(c => c.Position).Select(c => new RankingQuestion(c.Key) { Name = c.Name, Guideline = c.Guideline }),
            new DemonstrationQuestion { Name = "Your answer" },
            new DialogueQuestion { Name = "The dialogue" },
        ];

    /// <summary>
    /// The questions that a task asks. When a questionnaire has none for it, the usual one is asked, so that no task
    /// can be handed out that asks nothing.
    /// </summary>
    public static IReadOnlyList<Question> For(IReadOnlyList<Question> questions, LabelingTaskKind kind, int completionCount)
    {
        List<Question> asked = [.. questions.Where(q => q.TaskKind == kind && q.Asks(completionCount))];
        return asked.Count > 0
            ? asked
            : kind switch
            {
                LabelingTaskKind.Ranking => [new RankingQuestion(Criterion.Overall) { Name = "Overall" }],
                LabelingTaskKind.Demonstration => [new DemonstrationQuestion { Name = "Your answer" }],
                LabelingTaskKind.Dialogue => [new DialogueQuestion { Name = "The dialogue" }],
            };
    }

    /// <summary>Says in one sentence what is wrong with a list of questions, or null.</summary>
    /// <param name="questions">The questions.</param>
    /// <param name="criteria">Keys of the project's criteria.</param>
    public static string? Check(IReadOnlyList<Question> questions, IReadOnlyCollection<string> criteria)
    {
        if (questions.Count is 0 or > 50)
        {
            return $"A questionnaire has 1 to 50 questions; this one has {questions.Count}.";
        }

        if (questions.Select(q => q.CheckQuestion()).FirstOrDefault(p => p is not null) is { } problem)
        {
            return problem;
        }

        if (questions.GroupBy(q => q.Key).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            return $"Two questions have the key '{twice.Key}'.";
        }

        var named = questions.Select(q => q.RankedCriterion).Concat(questions.OfType<EditQuestion>().Select(q => q.Criterion));
        if (named.OfType<string>().FirstOrDefault(key => !criteria.Contains(key)) is { } unknown)
        {
            return $"The project has no criterion '{unknown}'; its criteria are {string.Join(", ", criteria.Order(StringComparer.Ordinal))}.";
        }

        // Two rankings of the same completions on one criterion in one submit would count a labeler twice.
        return questions
            .Where(q => q.RankedCriterion is not null)
            .GroupBy(q => q.RankedCriterion)
            .SelectMany(g => Enumerable.Range(2, 49).Select(n => (Criterion: g.Key, Count: n, Asked: g.Count(q => q.Asks(n)))))
            .Where(x => x.Asked > 1)
            .Select(x =>
                $"Criterion '{x.Criterion}' is asked {x.Asked} times when there are {x.Count} completions; keep one of the questions."
            )
            .FirstOrDefault();
    }
}

internal sealed class QuestionnaireMapping : IEntityTypeConfiguration<Questionnaire>
{
    public void Configure(EntityTypeBuilder<Questionnaire> builder)
    {
        builder.ToTable("questionnaires");
        builder.Property(q => q.Questions).HasJsonConversion(Question.Json);
        builder.HasIndex(q => new { q.ProjectId, q.Version }).IsUnique();
        builder.HasOne<Project>().WithMany().HasForeignKey(q => q.ProjectId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Person>().WithMany().HasForeignKey(q => q.PersonId).OnDelete(DeleteBehavior.Restrict);
    }
}
