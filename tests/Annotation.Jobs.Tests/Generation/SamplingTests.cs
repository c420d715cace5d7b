using System.Text.Json;
using Annotation.Domain.Runs;
using Annotation.Jobs.Tests.Workers;
using Xunit;

namespace Annotation.Jobs.Tests.Generation;

/// <summary>What a run says about sampling reaches the sampler.</summary>
public sealed class SamplingTests(WorkerFixture fixture) : IClassFixture<WorkerFixture>
{
    [Fact]
    public async Task The_most_probable_token_alone_makes_all_completions_equal()
    {
        Assert.Single((await WriteAsync("""{"prompt": "hello", "count": 4, "maxTokens": 12, "topK": 1}""")).Distinct());
        Assert.Single((await WriteAsync("""{"prompt": "hello", "count": 4, "maxTokens": 12, "topP": 0.000001}""")).Distinct());
        Assert.Equal(4, (await WriteAsync("""{"prompt": "hello", "count": 4, "maxTokens": 12}""")).Distinct().Count());
    }

    [Fact]
    public async Task A_completion_is_cut_before_a_stop_text()
    {
        var whole = (await WriteAsync("""{"prompt": "hello", "maxTokens": 48}""")).Single();
        var stop = whole.Last(char.IsAsciiLetterOrDigit).ToString();
        var settings = JsonSerializer.Serialize(
            new
            {
                prompt = "hello",
                maxTokens = 48,
                stop = JsonSerializer.Serialize<string[]>(["never there at all", stop]),
            }
        );
        Assert.Equal(whole[..whole.IndexOf(stop, StringComparison.Ordinal)], (await WriteAsync(settings)).Single());
    }

    [Fact]
    public async Task Repetition_is_made_less_likely_or_forbidden()
    {
        var plain = (await WriteAsync("""{"prompt": "hello", "maxTokens": 40, "temperature": 0}""")).Single();
        Assert.NotEqual(
            plain,
            (await WriteAsync("""{"prompt": "hello", "maxTokens": 40, "temperature": 0, "repetitionPenalty": 10}""")).Single()
        );

        var varied = (await WriteAsync("""{"prompt": "hello", "maxTokens": 40, "temperature": 0, "noRepeatLength": 1}""")).Single();
        // Bytes that are no text all look alike.
        var letters = varied.Where(c => c != (char)0xFFFD).ToList();
        Assert.Equal(letters.Count, letters.Distinct().Count());
    }

    [Fact]
    public async Task Weights_of_half_precision_find_nearly_the_same_probabilities()
    {
        const string Settings = "\"prompt\": \"hello\", \"maxTokens\": 1, \"temperature\": 0";
        var whole = await ProbabilityAsync("{" + Settings + "}");
        var half = await ProbabilityAsync("{" + Settings + ", \"precision\": \"bf16\"}");
        Assert.NotEqual(whole, half);
        Assert.Equal(whole, half, 0.1);
        var run = await fixture.ExecuteAsync(
            await fixture.AddRunAsync(RunKind.Generate, settings: "{" + Settings + ", \"precision\": \"int4\"}")
        );
        Assert.Equal((RunState.Failed, "Precision: Precision is fp32 or bf16."), (run.State, run.Error));
    }

    [Fact]
    public async Task Stop_texts_that_are_no_list_end_the_run_with_a_sentence()
    {
        var run = await fixture.ExecuteAsync(
            await fixture.AddRunAsync(RunKind.Generate, settings: """{"prompt": "hello", "stop": "a full stop"}""")
        );
        Assert.Equal((RunState.Failed, "Stop is no list of texts; send an array of texts that are not empty."), (run.State, run.Error));
    }

    private async Task<double> ProbabilityAsync(string settings)
    {
        var run = await fixture.ExecuteAsync(await fixture.AddRunAsync(RunKind.Generate, settings: settings));
        using var result = JsonDocument.Parse(run.Result!);
        return result.RootElement.GetProperty("completions")[0].GetProperty("logProbability").GetDouble();
    }

    private async Task<IReadOnlyList<string>> WriteAsync(string settings)
    {
        var run = await fixture.ExecuteAsync(await fixture.AddRunAsync(RunKind.Generate, settings: settings));
        Assert.Equal((RunState.Completed, null), (run.State, run.Error));
        using var result = JsonDocument.Parse(run.Result!);
        return [.. result.RootElement.GetProperty("completions").EnumerateArray().Select(c => c.GetProperty("text").GetString()!)];
    }
}
