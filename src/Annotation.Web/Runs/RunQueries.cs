using System.Globalization;
using System.Text.Json;
using Annotation.Client.Contracts;
using Annotation.Domain;
using Annotation.Domain.Data;
using Annotation.Domain.Runs;
using Microsoft.EntityFrameworkCore;
using Refusal = Annotation.Domain.Refusal;

namespace Annotation.Web.Runs;

/// <summary>Reads runs, their metrics and samples.</summary>
internal static class RunQueries
{
    private const int ListLength = 200;
    private const int SampleCount = 20;

    /// <summary>The id of the run with this id or number.</summary>
    public static async Task<Outcome<Guid>> FindRunAsync(
        this IDbContextFactory<AnnotationDbContext> contexts,
        string idOrNumber,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var id = Guid.TryParse(idOrNumber, out var parsed) ? parsed : Guid.Empty;
        var number = int.TryParse(idOrNumber, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0;
        var found = await db
            .Runs.Where(r => r.Id == id || r.Number == number)
            .Select(r => (Guid?)r.Id)
            .SingleOrDefaultAsync(cancellationToken);
        return found is { } run ? run : new Refusal("unknown-run", $"There is no run '{idOrNumber}'; `annotation runs list` shows all.");
    }

    /// <summary>The newest runs that match.</summary>
    public static async Task<IReadOnlyList<RunRow>> ListRunsAsync(
        this IDbContextFactory<AnnotationDbContext> contexts,
        Guid? projectId,
        RunKind? kind,
        RunState? state,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var runs = db
            .Runs.Where(r => projectId == null || r.ProjectId == projectId)
            .Where(r => kind == null || r.Kind == kind)
            .Where(r => state == null || r.State == state);
        return await RowsAsync(db, runs.OrderByDescending(r => r.Number).Take(ListLength), cancellationToken);
    }

    /// <summary>One run.</summary>
    public static async Task<RunRow> GetRunRowAsync(
        this IDbContextFactory<AnnotationDbContext> contexts,
        Guid id,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return (await RowsAsync(db, db.Runs.Where(r => r.Id == id), cancellationToken)).Single();
    }

    /// <summary>The points after a step, in order, and the newest samples.</summary>
    public static async Task<RunMetrics> GetMetricsAsync(
        this IDbContextFactory<AnnotationDbContext> contexts,
        Guid id,
        long afterStep,
        CancellationToken cancellationToken
    )
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var points = await db
            .RunMetrics.Where(m => m.RunId == id && m.Step > afterStep)
            .OrderBy(m => m.Step)
            .ThenBy(m => m.Name)
            .Select(m => new MetricPoint(m.Step, m.Name, m.Value))
            .ToListAsync(cancellationToken);
        var samples = await db
            .RunSamples.Where(s => s.RunId == id)
            .OrderByDescending(s => s.Step)
            .ThenByDescending(s => s.Id)
            .Take(SampleCount)
            .Select(s => new RunSampleRow(s.Step, s.Prompt, s.Completion, s.Score))
            .ToListAsync(cancellationToken);
        return new RunMetrics(points, samples);
    }

    private static async Task<IReadOnlyList<RunRow>> RowsAsync(
        AnnotationDbContext db,
        IQueryable<Run> runs,
        CancellationToken cancellationToken
    )
    {
        var rows = await runs.AsNoTracking()
            .Select(r => new
            {
                Run = r,
                Project = db.Projects.Where(p => p.Id == r.ProjectId).Select(p => p.Name).FirstOrDefault(),
                Base = db.Models.Where(m => m.Id == r.BaseModelId).Select(m => m.Name).FirstOrDefault(),
                Reward = db.Models.Where(m => m.Id == r.RewardModelId).Select(m => m.Name).FirstOrDefault(),
                Output = db.Models.Where(m => m.Id == r.OutputModelId).Select(m => m.Name).FirstOrDefault(),
                Set = db.PreferenceSets.Where(s => s.Id == r.PreferenceSetId).Select(s => s.ContentHash).FirstOrDefault(),
            })
            .ToListAsync(cancellationToken);
        return
        [
            .. rows.Select(row => new RunRow(
                row.Run.Id,
                row.Run.Number,
                row.Project,
                Text(row.Run.Kind),
                Text(row.Run.State),
                row.Base,
                row.Reward,
                row.Output,
                row.Set,
                Json(row.Run.Settings),
                row.Run.Step,
                row.Run.TotalSteps,
                row.Run.Epoch,
                row.Run.Worker,
                row.Run.Device,
                row.Run.HeartbeatAt,
                row.Run.Error,
                row.Run.Notice,
                row.Run.Result is null ? null : Json(row.Run.Result),
                row.Run.CreatedAt,
                row.Run.StartedAt,
                row.Run.EndedAt
            )),
        ];
    }

    /// <summary>An enum's name as the API spells it.</summary>
    public static string Text<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static JsonElement Json(string json) => JsonSerializer.Deserialize<JsonElement>(json);
}
