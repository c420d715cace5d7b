using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Annotation.Client.Contracts;
using Annotation.Domain;
using Annotation.Domain.Data;
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
    private static readonly RunKind[] Trainings = [RunKind.Base, RunKind.Sft, RunKind.Reward, RunKind.Ppo];

    /// <summary>A training in a project.</summary>
    public async Task<Outcome<NewRun>> TrainAsync(
        Project project,
        StartRunRequest request,
        Guid startedBy,
        CancellationToken cancellationToken
    )
    {
        if (!Enum.TryParse<RunKind>(request.Kind, ignoreCase: true, out var kind) || !Trainings.Contains(kind))
        {
            return new Refusal("unknown-kind", $"There is no training '{request.Kind}'; use base, sft, reward or ppo.");
        }

        var pairs = Plain(request.Settings);
        // These choose what the run works on and where; the rest is for its trainer.
        var (reward, set, device) = (Take(pairs, "reward"), Take(pairs, "set"), Take(pairs, "device"));
        if (!TryReadSeed(pairs, out var seed))
        {
            return BadSeed(pairs["seed"]);
        }

        var baseModel = await FindAsync(request.Base, cancellationToken);
        var rewardModel = await FindAsync(reward, cancellationToken);
        if ((baseModel?.Refusal ?? rewardModel?.Refusal) is { } refusal)
        {
            return refusal;
        }

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

        return new NewRun(kind, JsonSerializer.Serialize(pairs))
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
        var settings = new JsonObject
        {
            ["prompts"] = request.Prompts,
            ["completionsPerPrompt"] = request.CompletionsPerPrompt,
            ["maxTokens"] = request.MaxTokens,
            ["temperature"] = request.Temperature,
        };
        return await GenerateAsync(project.Id, request.Model, settings, request.Seed, startedBy, cancellationToken);
    }

    /// <summary>Completions of one prompt, returned as the run's result.</summary>
    public async Task<Outcome<NewRun>> GenerateAsync(GenerateRequest request, Guid startedBy, CancellationToken cancellationToken)
    {
        if (request.Prompt is null == (request.Messages is null or []))
        {
            return new Refusal("missing-prompt", "Send either a prompt or messages.");
        }

        var settings = new JsonObject
        {
            ["prompt"] = request.Prompt,
            ["messages"] = request.Messages is null ? null : JsonSerializer.Serialize(request.Messages, JsonSerializerOptions.Web),
            ["count"] = request.Count,
            ["maxTokens"] = request.MaxTokens,
            ["temperature"] = request.Temperature,
        };
        return await GenerateAsync(null, request.Model, settings, request.Seed, startedBy, cancellationToken);
    }

    /// <summary>A measurement of a model; its file is put beside the run afterwards.</summary>
    public async Task<Outcome<NewRun>> EvaluateAsync(EvaluateRequest request, Guid startedBy, CancellationToken cancellationToken)
    {
        if (request.Kind is not ("reward" or "policy"))
        {
            return new Refusal("unknown-kind", $"There is no evaluation '{request.Kind}'; use reward or policy.");
        }

        if (request.File is not null && string.IsNullOrWhiteSpace(request.FileName))
        {
            return new Refusal("missing-file-name", "Send the file's name with the file.");
        }

        var model = await FindAsync(request.Model, cancellationToken);
        var against = await FindAsync(request.Against, cancellationToken);
        var judge =
            request.Judge?.StartsWith("gold:", StringComparison.Ordinal) == true ? null : await FindAsync(request.Judge, cancellationToken);
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

        var pairs = Plain(request.Settings);
        if (!TryReadSeed(pairs, out var seed))
        {
            return BadSeed(pairs["seed"]);
        }

        Add(pairs, "kind", request.Kind);
        Add(pairs, "against", request.Against);
        Add(pairs, "judge", request.Judge);
        Add(pairs, "format", request.Format);
        Add(pairs, "file", request.File is null ? null : Path.GetFileName(request.FileName));
        return new NewRun(RunKind.Evaluate, JsonSerializer.Serialize(pairs))
        {
            ProjectId = projectId,
            Seed = seed,
            BaseModelId = model?.Value,
            RewardModelId = judge?.Value,
            Device = Take(pairs, "device") ?? "cpu",
            StartedBy = startedBy,
        };
    }

    private async Task<Outcome<NewRun>> GenerateAsync(
        Guid? projectId,
        string? modelName,
        JsonObject settings,
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

        // Settings that nobody named are the worker's to choose.
        foreach (var name in settings.Where(pair => pair.Value is null).Select(pair => pair.Key).ToList())
        {
            settings.Remove(name);
        }

        return new NewRun(RunKind.Generate, settings.ToJsonString())
        {
            ProjectId = projectId,
            Seed = seed,
            BaseModelId = model?.Value,
            StartedBy = startedBy,
        };
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

    private static Dictionary<string, string> Plain(IReadOnlyDictionary<string, string>? settings)
    {
        var pairs = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            pairs[name.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal)] = value;
        }

        return pairs;
    }

    private static string? Take(Dictionary<string, string> pairs, string name) =>
        pairs.Remove(name, out var value) && !string.IsNullOrWhiteSpace(value) ? value : null;

    private static void Add(Dictionary<string, string> pairs, string name, string? value)
    {
        if (value is not null)
        {
            pairs[name] = value;
        }
    }

    private static bool TryReadSeed(Dictionary<string, string> pairs, out long seed)
    {
        seed = 1;
        return !pairs.TryGetValue("seed", out var text) || long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seed);
    }

    private static Refusal BadSeed(string text) => new("bad-seed", $"The seed '{text}' is no whole number from 0 up.");
}
