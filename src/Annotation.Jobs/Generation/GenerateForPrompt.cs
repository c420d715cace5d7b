using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Annotation.Domain.Models;
using Annotation.Domain.Prompts;
using Annotation.Domain.Runs;
using Annotation.Jobs.Execution;
using Annotation.Learning.Generation;
using Annotation.Learning.Models;
using Annotation.Learning.Text;
using Annotation.Learning.Training;

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
        TimeProvider time,
        CancellationToken stop
    )
    {
        var prompt = model.Template.EncodePrompt(Read(settings));
        var sampling = RequestedSampling.Of(settings, temperature: 1, DefaultMaxTokens) with { Seed = (ulong)context.Run.Seed };
        IReadOnlyList<GeneratedCompletion> written;
        try
        {
            var draft = new Draft(context, Read(settings)[^1].Content, settings.Count, sampling.MaxNewTokens, time);
            written = await context.ComputeAsync(
                () => new Sampler(model).Generate([.. Enumerable.Repeat(prompt, settings.Count)], sampling, draft.Add, stop),
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
        var distinct = written.Select(c => PromptText.Normalize(c.Text)).Distinct().Count();
        return new RunOutput(
            new JsonObject
            {
                ["model"] = policy.Name,
                ["distinct"] = distinct,
                ["completions"] = new JsonArray([.. completions]),
            }
        );
    }

    /// <summary>Shows what is written so far as the run's samples, once a second.</summary>
    private sealed class Draft(RunContext context, string prompt, int count, int longest, TimeProvider time)
    {
        private const int Shown = 3;
        private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
        private readonly StringBuilder[] _texts = [.. Enumerable.Range(0, count).Select(_ => new StringBuilder())];
        private readonly int[] _pieces = new int[count];
        private long _shownAt = time.GetTimestamp();

        public void Add(GeneratedPiece piece)
        {
            _texts[piece.Row].Append(piece.Text);
            _pieces[piece.Row]++;
            if (time.GetElapsedTime(_shownAt) < Every)
            {
                return;
            }
            _shownAt = time.GetTimestamp();
            var samples = _texts.Take(Shown).Select(t => new TrainingSample(prompt, t.ToString(), double.NaN));
            context.Progress.Report(
                new TrainingProgress(Math.Min(_pieces.Max(), longest), longest, new Dictionary<string, double>(), [.. samples])
            );
        }
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
