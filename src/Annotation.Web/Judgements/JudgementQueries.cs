using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Annotation.Domain.Preferences;
using Annotation.Domain.Prompts;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Web.Judgements;

/// <summary>Reads what people judged, and where it went: into which sets, models and runs.</summary>
internal static class JudgementQueries
{
    /// <summary>The rankings of a project that fit, the newest first.</summary>
    public static async Task<IReadOnlyList<JudgementRow>> ListJudgementsAsync(
        this IDbContextFactory<AnnotationDbContext> contexts,
        Guid projectId,
        JudgementFilter filter,
        int skip,
        int take,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        // A frozen set keeps what was corrected since.
        var rankings = filter.Set is { } set
            ? db.Rankings.Where(r =>
                db.PreferenceSetItems.Any(i =>
                    i.RankingId == r.Id && db.PreferenceSets.Any(s => s.Id == i.SetId && s.ProjectId == projectId && s.Number == set)
                )
            )
            : db.Rankings.Live(db);
        var rows = await rankings
            .Where(r => r.ProjectId == projectId)
            .Where(r => filter.By == null || r.LabelerId == filter.By)
            .Where(r =>
                filter.Model == null || r.Items.Any(i => db.Completions.Any(c => c.Id == i.CompletionId && c.ModelName == filter.Model))
            )
            .OrderByDescending(r => r.Id)
            .Skip(skip)
            .Take(take)
            .Select(r => new
            {
                r.Id,
                r.Criterion,
                r.LabelerName,
                r.JudgedAt,
                r.Source,
                Messages = db.Prompts.Where(p => p.Id == r.PromptId).Select(p => p.Messages).First(),
                Items = r
                    .Items.OrderBy(i => i.Rank)
                    .Select(i => new { i.Rank, Model = db.Completions.Where(c => c.Id == i.CompletionId).Select(c => c.ModelName).First() })
                    .ToList(),
            })
            .AsNoTracking()
            .ToListAsync(cancellationToken);
        return
        [
            .. rows.Select(r => new JudgementRow(
                r.Id,
                r.Messages[^1].Content,
                r.Criterion,
                r.LabelerName,
                r.JudgedAt,
                r.Source,
                r.Items.TrueForAll(i => i.Model is null)
                    ? $"{r.Items.Count} completions, not said by whom"
                    : string.Join(" > ", r.Items.GroupBy(i => i.Rank).Select(g => string.Join(" = ", g.Select(i => i.Model ?? "a person"))))
            )),
        ];
    }

    /// <summary>One ranking with all that came of it; null when the project has none of this id.</summary>
    public static async Task<Judgement?> FindJudgementAsync(
        this IDbContextFactory<AnnotationDbContext> contexts,
        Guid projectId,
        Guid rankingId,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var ranking = await db
            .Rankings.AsNoTracking()
            .Include(r => r.Items)
            .SingleOrDefaultAsync(r => r.Id == rankingId && r.ProjectId == projectId, cancellationToken);
        if (ranking is null)
        {
            return null;
        }

        var ids = ranking.Items.Select(i => i.CompletionId).ToList();
        var texts = await db.Completions.AsNoTracking().Where(c => ids.Contains(c.Id)).ToDictionaryAsync(c => c.Id, cancellationToken);
        var names = texts.Values.Select(c => c.ModelName).OfType<string>().ToList();
        var sets = await db
            .PreferenceSets.AsNoTracking()
            .Where(s => db.PreferenceSetItems.Any(i => i.SetId == s.Id && i.RankingId == rankingId))
            .OrderBy(s => s.Number)
            .ToListAsync(cancellationToken);
        return new Judgement(
            ranking,
            await db.Prompts.Where(p => p.Id == ranking.PromptId).Select(p => p.Messages).SingleAsync(cancellationToken),
            [
                .. ranking
                    .Items.OrderBy(i => i.Rank)
                    .ThenBy(i => i.ShownPosition)
                    .Select(i => new JudgedCompletion(i, texts[i.CompletionId])),
            ],
            [.. await db.Models.Where(m => names.Contains(m.Name)).Select(m => m.Name).ToListAsync(cancellationToken)],
            await AskedAsync(db, ranking, cancellationToken),
            sets,
            await db.LearnedFromAsync(sets.ConvertAll(s => s.Id), cancellationToken),
            await db.Rankings.Live(db).AnyAsync(r => r.Id == rankingId, cancellationToken)
        );
    }

    /// <summary>The models that learned from these sets, and those that such a reward model steered.</summary>
    public static async Task<IReadOnlyList<LearnedModel>> LearnedFromAsync(
        this AnnotationDbContext db,
        List<Guid> setIds,
        CancellationToken cancellationToken
    )
    {
        var direct = await (
            from model in db.Models
            join run in db.Runs on model.RunId equals run.Id
            where setIds.Contains(model.PreferenceSetId ?? run.PreferenceSetId ?? Guid.Empty)
            orderby model.CreatedAt
            select new
            {
                model.Id,
                model.Name,
                model.Kind,
                run.Number,
            }
        ).ToListAsync(cancellationToken);
        var ids = direct.ConvertAll(m => m.Id);
        var steered = await (
            from model in db.Models
            join run in db.Runs on model.RunId equals run.Id
            from reward in db.Models
            where ids.Contains(reward.Id) && (run.RewardModelId == reward.Id || run.MoreRewardModelIds.Contains(reward.Id))
            orderby model.CreatedAt
            select new LearnedModel(model.Name, model.Kind.ToString().ToLower(), run.Number, reward.Name)
        ).ToListAsync(cancellationToken);
        return [.. direct.Select(m => new LearnedModel(m.Name, m.Kind.ToString().ToLowerInvariant(), m.Number, null)), .. steered];
    }

    private static async Task<AskedAndAnswered?> AskedAsync(AnnotationDbContext db, Ranking ranking, CancellationToken cancellationToken)
    {
        if (ranking.ImportedAnswerId is { } imported)
        {
            var answer = await db.ImportedAnswers.AsNoTracking().SingleAsync(a => a.Id == imported, cancellationToken);
            return new(answer.Question.Key, answer.Value, answer.QuestionnaireVersion, answer.GuidelineVersion, Here: false);
        }

        var given = await db.Answers.AsNoTracking().SingleOrDefaultAsync(a => a.Id == ranking.AnswerId, cancellationToken);
        return given is null ? null : new(given.QuestionKey, given.Value, given.QuestionnaireVersion, given.GuidelineVersion, Here: true);
    }
}

/// <summary>Which judgements to list; null: all.</summary>
/// <param name="Set">Number of a frozen set.</param>
/// <param name="By">The labeler.</param>
/// <param name="Model">Name of a model that wrote one of the completions.</param>
internal sealed record JudgementFilter(int? Set = null, Guid? By = null, string? Model = null);

/// <summary>A ranking as listed.</summary>
/// <param name="Order">The models' names, best first.</param>
internal sealed record JudgementRow(
    Guid Id,
    string Prompt,
    string Criterion,
    string? Labeler,
    DateTimeOffset? JudgedAt,
    string Source,
    string Order
);

/// <summary>A ranking and what came of it.</summary>
/// <param name="Registered">Names of the models among its completions that are registered here.</param>
/// <param name="Live">False when it was corrected or taken back since.</param>
internal sealed record Judgement(
    Ranking Ranking,
    IReadOnlyList<PromptMessage> Prompt,
    IReadOnlyList<JudgedCompletion> Completions,
    IReadOnlyList<string> Registered,
    AskedAndAnswered? Asked,
    IReadOnlyList<PreferenceSet> Sets,
    IReadOnlyList<LearnedModel> Models,
    bool Live
);

/// <summary>A completion in its place.</summary>
internal sealed record JudgedCompletion(RankingItem Item, Completion Completion);

/// <summary>The answer that the order comes from.</summary>
/// <param name="Here">Whether the versions are this project's.</param>
internal sealed record AskedAndAnswered(
    string Key,
    Domain.Questions.AnswerValue Value,
    int? QuestionnaireVersion,
    int? GuidelineVersion,
    bool Here
);

/// <summary>A model that learned from judgements.</summary>
/// <param name="Through">The reward model that steered it; null when it learned from them itself.</param>
public sealed record LearnedModel(string Name, string Kind, int Run, string? Through);
