using System.Text.Json;
using System.Text.RegularExpressions;
using Annotation.Domain.Accounts;
using Annotation.Domain.Data;
using Annotation.Domain.Models;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Runs;

/// <summary>Stores a run that a worker is to carry out. Whoever calls puts its id into the queue afterwards.</summary>
public sealed partial class StartRun(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    private static readonly RunKind[] ModelMakers = [.. RunKinds.Trainings, RunKind.Import];

    /// <summary>Checks what was asked for and stores it as a queued run.</summary>
    public async Task<Outcome<Run>> RunAsync(NewRun wanted, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var refusal = CheckWords(wanted) ?? await CheckRowsAsync(db, wanted, cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        var project = await db.Projects.Where(p => p.Id == wanted.ProjectId).Select(p => p.Name).SingleOrDefaultAsync(cancellationToken);
        var at = time.Now();
        var number = await db.Database.SqlQuery<int>($"select nextval('run_numbers')::int as \"Value\"").SingleAsync(cancellationToken);
        var run = new Run
        {
            ProjectId = wanted.ProjectId,
            Number = number,
            Kind = wanted.Kind,
            Settings = wanted.Settings,
            Seed = wanted.Seed,
            BaseModelId = wanted.BaseModelId,
            RewardModelId = wanted.RewardModelId,
            PreferenceSetId = wanted.PreferenceSetId,
            AllowOverlap = wanted.AllowOverlap,
            OutputName = !ModelMakers.Contains(wanted.Kind) ? null : wanted.OutputName ?? DefaultName(project, wanted.Kind, number),
            Device = wanted.Device,
            CreatedAt = at,
        };
        db.Runs.Add(run);
        db.Audit(
            at,
            wanted.StartedBy,
            "run.started",
            $"{run.Number}",
            new
            {
                run.Kind,
                project,
                run.OutputName,
            }
        );
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException failure) when (failure.Breaks("ix_runs_output_name"))
        {
            return NameTaken(run.OutputName!);
        }

        return run;
    }

    internal static Refusal NameTaken(string name) =>
        new("name-taken", $"A model or an unfinished run has the name '{name}' already; choose another name.");

    private static string DefaultName(string? project, RunKind kind, int number)
    {
        var end = $"{EnumText<RunKind>.Write(kind)}-{number}";
        return project is null ? end : $"{project[..Math.Min(project.Length, 99 - end.Length)]}-{end}";
    }

    private static Refusal? CheckWords(NewRun wanted)
    {
        if (wanted.OutputName is not null && !NamePattern().IsMatch(wanted.OutputName))
        {
            return new Refusal(
                "invalid-name",
                $"'{wanted.OutputName}' is no model name; use 1 to 100 letters, digits, dots, hyphens and underscores."
            );
        }

        if (wanted.Device is not ("cpu" or "cuda"))
        {
            return new Refusal("invalid-device", $"Unknown device '{wanted.Device}'; use cpu or cuda.");
        }

        if (wanted.ProjectId is null && RunKinds.Trainings.Contains(wanted.Kind))
        {
            return new Refusal("missing-project", "A training belongs to a project; name one.");
        }

        try
        {
            using var settings = JsonDocument.Parse(wanted.Settings);
            return settings.RootElement.ValueKind == JsonValueKind.Object
                ? null
                : new Refusal("invalid-settings", "The settings are not a JSON object.");
        }
        catch (JsonException)
        {
            return new Refusal("invalid-settings", "The settings are not valid JSON.");
        }
    }

    private static async Task<Refusal?> CheckRowsAsync(AnnotationDbContext db, NewRun wanted, CancellationToken cancellationToken)
    {
        if (wanted.ProjectId is { } project && !await db.Projects.AnyAsync(p => p.Id == project, cancellationToken))
        {
            return new Refusal("unknown-project", $"There is no project {project}.");
        }

        if (wanted.OutputName is { } name && await db.Models.AnyAsync(m => m.Name == name, cancellationToken))
        {
            return NameTaken(name);
        }

        // An evaluation measures either kind; every other run starts from, or writes with, a policy.
        ModelKind? baseKind = wanted.Kind == RunKind.Evaluate ? null : ModelKind.Policy;
        var refusal =
            await CheckModelAsync(db, wanted.BaseModelId, baseKind, cancellationToken)
            ?? await CheckModelAsync(db, wanted.RewardModelId, ModelKind.Reward, cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        return
            wanted.PreferenceSetId is { } set
            && !await db.PreferenceSets.AnyAsync(s => s.Id == set && s.ProjectId == wanted.ProjectId, cancellationToken)
            ? new Refusal("unknown-set", $"The project has no preference set {set}.")
            : null;
    }

    private static async Task<Refusal?> CheckModelAsync(
        AnnotationDbContext db,
        Guid? modelId,
        ModelKind? kind,
        CancellationToken cancellationToken
    )
    {
        if (modelId is null)
        {
            return null;
        }

        var model = await db.Models.AsNoTracking().SingleOrDefaultAsync(m => m.Id == modelId, cancellationToken);
        return model is null ? new Refusal("unknown-model", $"There is no model {modelId}.")
            : kind is not null && model.Kind != kind
                ? new Refusal(
                    "wrong-model-kind",
                    $"'{model.Name}' is a {EnumText<ModelKind>.Write(model.Kind)} model; name a {EnumText<ModelKind>.Write(kind.Value)} model."
                )
            : null;
    }

    [GeneratedRegex("^[A-Za-z0-9._-]{1,100}$")]
    private static partial Regex NamePattern();
}

/// <summary>A run as somebody asks for it.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Settings">A JSON object for the trainer.</param>
public sealed record NewRun(RunKind Kind, string Settings)
{
    /// <summary>Null for runs that belong to no project.</summary>
    public Guid? ProjectId { get; init; }

    public long Seed { get; init; } = 1;

    /// <summary>The model to start from, to write with or to measure; null to let the worker take the project's.</summary>
    public Guid? BaseModelId { get; init; }

    public Guid? RewardModelId { get; init; }

    public Guid? PreferenceSetId { get; init; }

    /// <summary>Name of the new model; null for one made of project, kind and number.</summary>
    public string? OutputName { get; init; }

    /// <summary>Lets PPO, RLOO and GRPO use prompts that SFT or the reward model learned from.</summary>
    public bool AllowOverlap { get; init; }

    /// <summary><c>cpu</c> or <c>cuda</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Who starts it; null for the program itself.</summary>
    public Guid? StartedBy { get; init; }
}
