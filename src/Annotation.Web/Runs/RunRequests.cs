using Annotation.Client.Contracts;
using Annotation.Domain;
using Annotation.Domain.Data;
using Annotation.Domain.Preferences.Formats;
using Annotation.Domain.Projects;
using Annotation.Domain.Runs;
using Annotation.Web.Projects;
using Microsoft.EntityFrameworkCore;
using Refusal = Annotation.Domain.Refusal;

namespace Annotation.Web.Runs;

/// <summary>Reads what people ask for, by names, and makes of it the run that they mean.</summary>
internal sealed class RunRequests(IDbContextFactory<AnnotationDbContext> contexts)
{
    /// <summary>A training in a project.</summary>
    public async Task<Outcome<NewRun>> TrainAsync(
        Project project,
        StartRunRequest request,
        Guid startedBy,
        CancellationToken cancellationToken
    )
    {
        if (!Enum.TryParse<RunKind>(request.Kind, ignoreCase: true, out var kind) || !RunKinds.Trainings.Contains(kind))
        {
            return new Refusal(
                "unknown-kind",
                $"There is no training '{request.Kind}'; use {string.Join(", ", RunKinds.Trainings.Select(RunQueries.Text))}."
            );
        }

        var settings = new RunSettings(request.Settings);
        // These choose what the run works on and where; the rest is for its trainer.
        var (reward, set, device) = (settings.Take("reward"), settings.Take("set"), settings.Take("device"));
        if (!settings.Fit(kind, out var seed, out var wrong))
        {
            return wrong;
        }

        var baseModel = await contexts.FindModelIdAsync(request.Base, cancellationToken);
        var scoring = reward is null ? null : RewardFormula.Parse(reward);
        var rewardModel = scoring is { Succeeded: true }
            ? await contexts.FindFirstModelIdAsync(scoring.Value.Models, cancellationToken)
            : null;
        if ((baseModel?.Refusal ?? scoring?.Refusal ?? rewardModel?.Refusal) is { } refusal)
        {
            return refusal;
        }

        // A single model is a column of the run; everything else is read again where the run is carried out.
        settings.Add("reward", scoring?.Value is { IsModel: false } ? reward : null);

        Guid? setId = null;
        if (set is not null)
        {
            var found = await contexts.FindSetAsync(project.Id, set, cancellationToken);
            if (!found.Succeeded)
            {
                return found.Refusal;
            }

            setId = found.Value.Id;
        }

        return new NewRun(kind, settings.ToJson())
        {
            ProjectId = project.Id,
            Seed = seed,
            BaseModelId = baseModel?.Value,
            RewardModelId = rewardModel?.Value,
            PreferenceSetId = setId,
            OutputName = string.IsNullOrWhiteSpace(request.Out) ? null : request.Out,
            AllowOverlap = request.AllowOverlap,
            Device = device ?? "cpu",
            StartedBy = startedBy,
        };
    }

    /// <summary>A measurement of a model; its file is put beside the run afterwards.</summary>
    public async Task<Outcome<NewRun>> EvaluateAsync(EvaluateRequest request, Guid startedBy, CancellationToken cancellationToken)
    {
        if (request.Kind is not ("reward" or "policy"))
        {
            return new Refusal("unknown-kind", $"There is no evaluation '{request.Kind}'; use reward or policy.");
        }

        if (request.Format is { } format && Read(request.Kind, format) is { } unreadable)
        {
            return unreadable;
        }

        if (request.File is not null && string.IsNullOrWhiteSpace(request.FileName))
        {
            return new Refusal("missing-file-name", "Send the file's name with the file.");
        }

        var model = await contexts.FindModelIdAsync(request.Model, cancellationToken);
        var against = await contexts.FindModelIdAsync(request.Against, cancellationToken);
        var judge =
            request.Judge == "people" || request.Judge?.StartsWith("gold:", StringComparison.Ordinal) == true
                ? null
                : await contexts.FindModelIdAsync(request.Judge, cancellationToken);
        if ((model?.Refusal ?? against?.Refusal ?? judge?.Refusal) is { } refusal)
        {
            return refusal;
        }

        Guid? projectId = null;
        if (request.Project is not null)
        {
            var project = await contexts.FindProjectAsync(request.Project, cancellationToken);
            if (!project.Succeeded)
            {
                return project.Refusal;
            }

            projectId = project.Value.Id;
        }

        var settings = new RunSettings(request.Settings);
        // `reward` names who picks the best of n.
        var (device, picker) = (settings.Take("device"), settings.Take("reward"));
        settings.Add("kind", request.Kind);
        settings.Add("against", request.Against);
        settings.Add("judge", request.Judge);
        settings.Add("format", request.Format);
        settings.Add("file", request.File is null ? null : Path.GetFileName(request.FileName));
        if (!settings.Fit(RunKind.Evaluate, out var seed, out var wrong))
        {
            return wrong;
        }

        settings.Add("reward", picker);
        return new NewRun(RunKind.Evaluate, settings.ToJson())
        {
            ProjectId = projectId,
            Seed = seed,
            BaseModelId = model?.Value,
            RewardModelId = judge?.Value,
            Device = device ?? "cpu",
            StartedBy = startedBy,
        };
    }

    private static Refusal? Read(string kind, string format) =>
        kind == "reward"
            ? Format.Find<IRankingReader>(format, "preferences").Refusal
            : Format.Find<IPromptReader>(format, "prompts").Refusal;
}
