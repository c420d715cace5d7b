using System.Text.Json;
using System.Text.Json.Nodes;
using Annotation.Domain.Models;
using Annotation.Domain.Runs;
using Annotation.Jobs.Execution;
using Annotation.Learning.Generation;
using Annotation.Learning.Models;
using Annotation.Learning.Text;

namespace Annotation.Jobs.Generation;

/// <summary>Completions of one prompt; they are the run's result and nothing else is stored.</summary>
internal static class GenerateForPrompt
{
    private const int DefaultMaxTokens = 64;

    public static async Task<RunOutput> RunAsync(
        RunContext context,
        GenerationSettings settings,
        Model policy,
        Pretrained model,
        CancellationToken stop
    )
    {
        var prompt = model.Template.EncodePrompt(Read(settings));
        var sampling = RequestedSampling.Of(settings, temperature: 1, DefaultMaxTokens) with { Seed = (ulong)context.Run.Seed };
        IReadOnlyList<GeneratedCompletion> written;
        try
        {
            written = await context.ComputeAsync(
                () => new Sampler(model).Generate([.. Enumerable.Repeat(prompt, settings.Count)], sampling, stop),
                stop
            );
        }
        catch (PromptLengthException e)
        {
            throw new RunFailedException(e.Message);
        }
        var completions = written.Select(c => new JsonObject
        {
            ["text"] = c.Text.WithoutNul(),
            ["ended"] = c.Ended,
            ["tokens"] = c.Ids.Count,
            ["logProbability"] = c.LogProbabilities.Sum(p => (double)p),
        });
        return new RunOutput(new JsonObject { ["model"] = policy.Name, ["completions"] = new JsonArray([.. completions]) });
    }

    private static IReadOnlyList<Message> Read(GenerationSettings settings)
    {
        if (settings.Messages is { Length: > 0 } json)
        {
            try
            {
                return
                    JsonSerializer.Deserialize<List<Message>>(json, JsonSerializerOptions.Web) is { Count: > 0 } turns
                    && turns.TrueForAll(t => t is { Role: "system" or "user" or "assistant", Content: not null })
                    ? turns
                    : throw new JsonException();
            }
            catch (JsonException)
            {
                throw new RunFailedException(
                    "Messages is no conversation; send an array of objects with a role (system, user or assistant) and a content."
                );
            }
        }
        return settings.Prompt is { Length: > 0 } text
            ? [new Message("user", text)]
            : throw new RunFailedException("There is no prompt; send Prompt or Messages, or name a project.");
    }
}
