using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Annotation.Domain.Preferences.Formats;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Preferences.Exports;

/// <summary>Finds what else was answered in the same submission.</summary>
internal sealed class BesideAnswers(AnnotationDbContext db, Guid projectId)
{
    /// <summary>All live answers of the submissions that these belong to.</summary>
    public async Task<Submissions> ReadAsync(IReadOnlyList<StoredAnswer> answers, CancellationToken cancellationToken)
    {
        var names = answers.Select(a => a.Answer.Submission).OfType<string>().Distinct().ToList();
        var keys = names.Select(n => Guid.TryParse(n, out var key) ? key : (Guid?)null).OfType<Guid>().ToList();
        var reader = new AnswerReader(db, projectId);
        var given = await reader.ReadAsync(db.Answers.Live(db).Where(a => keys.Contains(a.SubmissionKey)), cancellationToken);
        var imported = await reader.ReadAsync(
            db.ImportedAnswers.Live(db).Where(a => a.ProjectId == projectId && names.Contains(a.Submission!)),
            cancellationToken
        );
        return new Submissions(given.Concat(imported).ToLookup(a => a.Answer.Submission!));
    }

    /// <summary>Answers by submission.</summary>
    public sealed class Submissions(ILookup<string, StoredAnswer> answers)
    {
        /// <summary>The other answers of the submission.</summary>
        public IReadOnlyList<ReadAnswer> Of(StoredAnswer one) =>
            one.Answer.Submission is { } submission ? [.. answers[submission].Where(a => a.Id != one.Id).Select(a => a.Answer)] : [];
    }
}
