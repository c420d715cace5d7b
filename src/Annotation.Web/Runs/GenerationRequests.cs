using System.Text.Json;
using Annotation.Client.Contracts;
using Annotation.Domain;
using Annotation.Domain.Data;
using Annotation.Domain.Projects;
using Annotation.Domain.Runs;
using Microsoft.EntityFrameworkCore;
using Refusal = Annotation.Domain.Refusal;

namespace Annotation.Web.Runs;

/// <summary>Reads what people want written, by names, and makes of it the run that they mean.</summary>
internal sealed class GenerationRequests(IDbContextFactory<AnnotationDbContext> contexts)
{
    /// <summary>Completions of a project's prompts that become ranking tasks.</summary>
    public async Task<Outcome<NewRun>> GenerateTasksAsync(
        Project project,
        GenerateTasksRequest request,
        Guid startedBy,
        CancellationToken cancellationToken
    )
    {
        var against = await contexts.FindModelIdAsync(request.Against, cancellationToken);
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
        var reward = scoring is { Succeeded: true } ? await contexts.FindFirstModelIdAsync(scoring.Value.Models, cancellationToken) : null;
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
        var model = await contexts.FindModelIdAsync(modelName, cancellationToken);
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
}
