using System.Text.Json;
using Annotation.Client.Contracts;
using Annotation.Domain;
using Annotation.Domain.Data;
using Annotation.Domain.Preferences.Formats;
using Annotation.Domain.Projects;
using Annotation.Domain.Runs;
using Annotation.Web.Models;
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

        var baseModel = await FindAsync(request.Base, cancellationToken);
        var scoring = reward is null ? null : RewardFormula.Parse(reward);
        var rewardModel = scoring is { Succeeded: true } ? await FindFirstAsync(scoring.Value.Models, cancellationToken) : null;
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

    /// <summary>Completions of a project's prompts that become ranking tasks.</summary>
    public async Task<Outcome<NewRun>> GenerateTasksAsync(
        Project project,
        GenerateTasksRequest request,
        Guid startedBy,
        CancellationToken cancellationToken
    )
    {
        var against = await FindAsync(request.Against, cancellationToken);
        if (against?.Refusal is { } refusal)
        {
            return refusal;
        }

        var settings = new RunSettings(null);
        settings.Add("prompts", request.Prompts);
        settings.Add("against", request.Against);
        settings.Add("completionsPerPrompt", request.CompletionsPerPrompt);
        settings.Add("maxTokens", request.MaxTokens);
        settings.Add("temperature", request.Temperature);
        AddSampling(settings, request);
        return await GenerateAsync(project.Id, request.Model, request.Stop, settings, request.Seed, startedBy, cancellationToken);
    }

    /// <summary>The best of n completions of a project's prompts, returned as the run's result.</summary>
    public async Task<Outcome<NewRun>> BestOfAsync(
        Project project,
        BestOfRequest request,
        Guid startedBy,
        CancellationToken cancellationToken
    )
    {
        if (request.BestOf < 2)
        {
            return new Refusal("invalid-settings", $"The best of {request.BestOf} is no choice; use 2 or more.");
        }

        var scoring = string.IsNullOrWhiteSpace(request.Reward) ? null : RewardFormula.Parse(request.Reward);
        var reward = scoring is { Succeeded: true } ? await FindFirstAsync(scoring.Value.Models, cancellationToken) : null;
        if ((scoring?.Refusal ?? reward?.Refusal) is { } refusal)
        {
            return refusal;
        }

        var settings = new RunSettings(request.Settings);
        settings.Add("bestOf", request.BestOf);
        settings.Add("prompts", request.Prompts);
        settings.Add("maxTokens", request.MaxTokens);
        settings.Add("temperature", request.Temperature);
        AddSampling(settings, request);
        var wanted = await GenerateAsync(project.Id, request.Model, request.Stop, settings, request.Seed, startedBy, cancellationToken);
        if (!wanted.Succeeded)
        {
            return wanted;
        }

        // Checked above; the worker reads a formula again.
        settings.Add("reward", scoring?.Value is { IsModel: false } ? request.Reward : null);
        return wanted.Value with { Settings = settings.ToJson(), RewardModelId = reward?.Value, AllowOverlap = request.AllowOverlap };
    }

    /// <summary>Completions of one prompt, returned as the run's result.</summary>
    public async Task<Outcome<NewRun>> GenerateAsync(GenerateRequest request, Guid startedBy, CancellationToken cancellationToken)
    {
        if (request.Prompt is null == (request.Messages is null or []))
        {
            return new Refusal("missing-prompt", "Send either a prompt or messages.");
        }

        var settings = new RunSettings(null);
        settings.Add("prompt", request.Prompt);
        settings.Add("messages", request.Messages is null ? null : JsonSerializer.Serialize(request.Messages, JsonSerializerOptions.Web));
        settings.Add("count", request.Count);
        settings.Add("maxTokens", request.MaxTokens);
        settings.Add("temperature", request.Temperature);
        AddSampling(settings, request);
        return await GenerateAsync(null, request.Model, request.Stop, settings, request.Seed, startedBy, cancellationToken);
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

        var model = await FindAsync(request.Model, cancellationToken);
        var against = await FindAsync(request.Against, cancellationToken);
        var judge =
            request.Judge == "people" || request.Judge?.StartsWith("gold:", StringComparison.Ordinal) == true
                ? null
                : await FindAsync(request.Judge, cancellationToken);
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

    private static void AddSampling(RunSettings settings, SamplingRequest request)
    {
        settings.Add("topK", request.TopK);
        settings.Add("topP", request.TopP);
        settings.Add("repetitionPenalty", request.RepetitionPenalty);
        settings.Add("noRepeatLength", request.NoRepeatLength);
        settings.Add("precision", request.Precision);
        settings.Add("stop", request.Stop is null or [] ? null : JsonSerializer.Serialize(request.Stop));
    }

    private async Task<Outcome<NewRun>> GenerateAsync(
        Guid? projectId,
        string? modelName,
        IReadOnlyList<string>? stop,
        RunSettings settings,
        long seed,
        Guid startedBy,
        CancellationToken cancellationToken
    )
    {
        var model = await FindAsync(modelName, cancellationToken);
        if (model is { Succeeded: false })
        {
            return model.Refusal;
        }

        if (stop?.Any(string.IsNullOrEmpty) == true)
        {
            return new Refusal("invalid-settings", "A stop text is empty; send texts of at least one character.");
        }

        settings.Add("seed", seed);
        if (!settings.Fit(RunKind.Generate, out _, out var wrong))
        {
            return wrong;
        }

        return new NewRun(RunKind.Generate, settings.ToJson())
        {
            ProjectId = projectId,
            Seed = seed,
            BaseModelId = model?.Value,
            StartedBy = startedBy,
        };
    }

    private static Refusal? Read(string kind, string format) =>
        kind == "reward"
            ? Format.Find<IRankingReader>(format, "preferences").Refusal
            : Format.Find<IPromptReader>(format, "prompts").Refusal;

    /// <summary>The first of these models, or why one of them cannot be found; null when there are none.</summary>
    private async Task<Outcome<Guid>?> FindFirstAsync(IEnumerable<string> models, CancellationToken cancellationToken)
    {
        Outcome<Guid>? first = null;
        foreach (var model in models)
        {
            var found = await FindAsync(model, cancellationToken);
            if (found is { Succeeded: false })
            {
                return found;
            }

            first ??= found;
        }

        return first;
    }

    private async Task<Outcome<Guid>?> FindAsync(string? model, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(model))
        {
            return null;
        }

        var found = await contexts.FindModelAsync(model, cancellationToken);
        return found.Succeeded ? found.Value.Id : found.Refusal;
    }
}
