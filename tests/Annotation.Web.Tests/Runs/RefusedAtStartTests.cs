using System.Net;
using System.Net.Http.Json;
using Annotation.Client.Contracts;
using Annotation.Domain.Accounts;
using Annotation.Testing;
using Xunit;

namespace Annotation.Web.Tests.Runs;

/// <summary>A run with a wrong setting is refused when it is asked for: no worker ever sees it.</summary>
public sealed class RefusedAtStartTests(WebServer server) : IClassFixture<WebServer>
{
    public static TheoryData<string, string, string, string> WrongTrainings =>
        new()
        {
            { "ppo", "learningRat", "1e-4", "learningRat: there is no such setting; there are Iterations, RolloutSize" },
            { "ppo", "learning-rate", "fast", "LearningRate: 'fast' is not a value of type Double." },
            { "ppo", "iterations", "0", "Iterations: " },
            { "ppo", "rolloutSize", "1.5", "RolloutSize: '1.5' is not a value of type Int32." },
            { "ppo", "aggregation", "median", "Aggregation: 'median' is not one of TokenMean" },
            { "reward", "loss", "hinge", "Loss: 'hinge' is not one of Pairwise" },
            { "reward", "epochs", "99999999999", "Epochs: " },
            { "sft", "batchSize", "-1", "BatchSize: " },
            { "rloo", "rolloutSize", "10", "RolloutSize: 10 is not a multiple of CompletionsPerPrompt (4)." },
            { "rloo", "rewardSeconds", "0", "RewardSeconds: " },
            { "grpo", "lambda", "1", "lambda: there is no such setting" },
            { "dpo", "loss", "squared", "Loss: 'squared' is not one of Sigmoid" },
            { "sft", "hiddenSize", "64", "hiddenSize: there is no such setting" },
            { "base", "hiddenSize", "100", "HiddenSize: 100 cannot be shared by 3 Heads" },
            { "base", "corpus", "wikipedia", "Corpus: 'wikipedia' is not one of Demo, Project." },
            { "sft", "seed", "-1", "The seed '-1' is no whole number from 0 up." },
            { "sft", "seed", "3000000000", "Seed: " },
        };

    [Theory]
    [MemberData(nameof(WrongTrainings))]
    public async Task A_training_with_a_wrong_setting(string kind, string name, string value, string sentence)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var http = await server.ProgramOfAsync(cancellation, Roles.Engineer);
        var project = await server.Postgres.ProjectAsync(cancellation);
        var settings = new Dictionary<string, string> { [name] = value };
        if (kind == "base")
        {
            settings["heads"] = "3";
        }

        using var answer = await http.PostAsJsonAsync(
            $"/api/projects/{project}/runs",
            new StartRunRequest(kind, Settings: settings),
            cancellation
        );
        await RefusedAsync(http, answer, "invalid-settings", sentence, cancellation);
    }

    [Theory]
    [InlineData("bestof", "0", "BestOf: ")]
    [InlineData("prompt", "20", "prompt: there is no such setting")]
    [InlineData("temperature", "hot", "Temperature: 'hot' is not a value of type Double.")]
    public async Task An_evaluation_with_a_wrong_setting(string name, string value, string sentence)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var http = await server.ProgramOfAsync(cancellation, Roles.Engineer);
        var request = new EvaluateRequest("policy", "", Judge: "gold:demo", Settings: new Dictionary<string, string> { [name] = value });
        using var answer = await http.PostAsJsonAsync("/api/evaluate", request, cancellation);
        await RefusedAsync(http, answer, "invalid-settings", sentence, cancellation);
    }

    [Theory]
    [InlineData("reward", "csv", "Unknown format 'csv' for preferences; use one of hh-rlhf")]
    [InlineData("policy", "kto", "Unknown format 'kto' for prompts; use one of")]
    public async Task An_evaluation_of_an_unknown_format(string kind, string format, string sentence)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var http = await server.ProgramOfAsync(cancellation, Roles.Engineer);
        var request = new EvaluateRequest(kind, "", Format: format, FileName: "a.jsonl", File: [1]);
        using var answer = await http.PostAsJsonAsync("/api/evaluate", request, cancellation);
        await RefusedAsync(http, answer, "unknown-format", sentence, cancellation);
    }

    [Theory]
    [InlineData(0, 64, 1.0, "Count: ")]
    [InlineData(1, 0, 1.0, "MaxTokens: ")]
    [InlineData(1, 64, -1.0, "Temperature: ")]
    public async Task Completions_with_a_wrong_setting(int count, int maxTokens, double temperature, string sentence)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var http = await server.ProgramOfAsync(cancellation, Roles.Engineer);
        var request = new GenerateRequest("", "Hello", Count: count, MaxTokens: maxTokens, Temperature: temperature);
        using var answer = await http.PostAsJsonAsync("/api/generate", request, cancellation);
        await RefusedAsync(http, answer, "invalid-settings", sentence, cancellation);
    }

    [Theory]
    [InlineData("""{"model":"","prompt":"Hello","topP":2}""", "TopP: ")]
    [InlineData("""{"model":"","prompt":"Hello","topK":-1}""", "TopK: ")]
    [InlineData("""{"model":"","prompt":"Hello","repetitionPenalty":0}""", "RepetitionPenalty: ")]
    [InlineData("""{"model":"","prompt":"Hello","stop":["."," ",""]}""", "A stop text is empty; ")]
    public async Task Completions_drawn_in_a_way_there_is_not(string request, string sentence)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var http = await server.ProgramOfAsync(cancellation, Roles.Engineer);
        using var body = new StringContent(request, System.Text.Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(new Uri("/api/generate", UriKind.Relative), body, cancellation);
        await RefusedAsync(http, answer, "invalid-settings", sentence, cancellation);
    }

    private static async Task RefusedAsync(
        HttpClient http,
        HttpResponseMessage answer,
        string code,
        string sentence,
        CancellationToken cancellation
    )
    {
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var refusal = await answer.RefusalAsync(cancellation);
        Assert.Equal(code, refusal.Code);
        Assert.StartsWith(sentence, refusal.Sentence, StringComparison.Ordinal);
        Assert.Empty((await http.GetFromJsonAsync<List<RunRow>>("/api/runs", cancellation))!);
    }
}
