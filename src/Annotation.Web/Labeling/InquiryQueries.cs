using System.Linq.Expressions;
using Annotation.Client.Contracts;
using Annotation.Domain.Data;
using Annotation.Domain.Inquiries;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Web.Labeling;

/// <summary>Reads labelers' questions and their answers.</summary>
internal sealed class InquiryQueries(IDbContextFactory<AnnotationDbContext> contexts, SafeMarkdown markdown)
{
    private const int Most = 500;

    /// <summary>How many of the person's inquiries have an answer that they have not opened.</summary>
    public async Task<int> CountUnreadAsync(Guid personId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Inquiries.CountAsync(i => i.PersonId == personId && i.AnsweredAt > i.ReadAt, cancellationToken);
    }

    /// <summary>The inquiries that fit, the newest first.</summary>
    public async Task<IReadOnlyList<InquiryView>> ListAsync(Expression<Func<Inquiry, bool>> fits, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await (
            from inquiry in db.Inquiries.Where(fits)
            join assignment in db.Assignments on inquiry.AssignmentId equals assignment.Id
            join task in db.LabelingTasks on assignment.TaskId equals task.Id
            join prompt in db.Prompts on task.PromptId equals prompt.Id
            orderby inquiry.Id descending
            select new
            {
                inquiry.Id,
                Project = db.Projects.Where(p => p.Id == inquiry.ProjectId).Select(p => p.Name).First(),
                inquiry.AssignmentId,
                assignment.TaskId,
                inquiry.PersonId,
                Labeler = db.People.Where(p => p.Id == inquiry.PersonId).Select(p => p.DisplayName).First(),
                prompt.Messages,
                inquiry.AnsweredAt,
                inquiry.ReadAt,
                Said = inquiry
                    .Messages.OrderBy(m => m.Id)
                    .Select(m => new
                    {
                        m.PersonId,
                        By = db.People.Where(p => p.Id == m.PersonId).Select(p => p.DisplayName).First(),
                        m.Text,
                        m.CreatedAt,
                    })
                    .ToList(),
            }
        )
            .Take(Most)
            .ToListAsync(cancellationToken);
        return
        [
            .. rows.Select(r => new InquiryView(
                r.Id,
                r.Project,
                r.AssignmentId,
                r.TaskId,
                r.Labeler,
                OwnWorkQueries.Excerpt(r.Messages[^1].Content),
                r.AnsweredAt > r.ReadAt,
                r.AnsweredAt,
                [
                    .. r.Said.Select(m => new InquiryMessageView(
                        m.By,
                        m.PersonId != r.PersonId,
                        m.Text,
                        markdown.ToHtml(m.Text),
                        m.CreatedAt
                    )),
                ]
            )),
        ];
    }
}
