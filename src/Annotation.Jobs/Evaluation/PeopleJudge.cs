using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Annotation.Domain.Models;
using Annotation.Jobs.Execution;
using Annotation.Learning.Evaluation;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Jobs.Evaluation;

/// <summary>Two policies by what people have said: the live rankings that hold completions of both.</summary>
public sealed class PeopleJudge(IDbContextFactory<AnnotationDbContext> contexts)
{
    /// <summary>The name commands use.</summary>
    public const string Name = "people";

    /// <summary>A vote for every pair of a completion of A and one of B in one ranking; of one project, or of all.</summary>
    /// <exception cref="RunFailedException">Nobody has ranked completions of both.</exception>
    public async Task<IReadOnlyList<PolicyVote>> VotesAsync(Model a, Model b, Guid? projectId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var rankings = await db
            .Rankings.Live(db)
            .AsNoTracking()
            .Where(r => projectId == null || r.ProjectId == projectId)
            .Where(r => r.Items.Any(i => db.Completions.Any(c => c.Id == i.CompletionId && c.ModelId == a.Id)))
            .Where(r => r.Items.Any(i => db.Completions.Any(c => c.Id == i.CompletionId && c.ModelId == b.Id)))
            .Include(r => r.Items)
            .ToListAsync(ct);
        var ids = rankings.SelectMany(r => r.Items).Select(i => i.CompletionId).Distinct().ToList();
        var written = await db
            .Completions.Where(c => ids.Contains(c.Id) && (c.ModelId == a.Id || c.ModelId == b.Id))
            .Select(c => new
            {
                c.Id,
                c.ModelId,
                c.Text.Length,
            })
            .ToDictionaryAsync(c => c.Id, ct);
        List<PolicyVote> votes =
        [
            .. from ranking in rankings.OrderBy(r => Convert.ToHexString(r.ContentHash), StringComparer.Ordinal)
            from x in ranking.Items
            from y in ranking.Items
            where written.TryGetValue(x.CompletionId, out var first) && first.ModelId == a.Id
            where written.TryGetValue(y.CompletionId, out var other) && other.ModelId == b.Id
            select new PolicyVote(
                ranking.PromptId.ToString(),
                ranking.Criterion,
                (y.Rank.CompareTo(x.Rank) + 1) / 2.0,
                written[x.CompletionId].Length,
                written[y.CompletionId].Length
            ),
        ];
        return votes.Count > 0
            ? votes
            : throw new RunFailedException(
                $"Nobody has ranked a completion of '{a.Name}' beside one of '{b.Name}' yet; make tasks that hold both, or name another judge."
            );
    }
}
