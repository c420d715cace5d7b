using System.Text.Json;
using Annotation.Testing;
using Xunit;

namespace Annotation.Cli.Tests;

/// <summary>What scripts rely on: exit codes, one JSON document on standard output, one sentence on standard error.</summary>
public sealed class CommandLineTests : IAsyncLifetime
{
    private const string Run =
        """{"id":"01990000-0000-7000-8000-000000000001","number":7,"kind":"sft","settings":{},"step":0,"totalSteps":10,"epoch":1,"createdAt":"2026-01-01T00:00:00Z","state":""";

    private StubServer server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => server = await StubServer.StartAsync(Cancellation);

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData("no-such-verb")]
    [InlineData("projects")]
    [InlineData("up --port x")]
    [InlineData("up --port 70000")]
    [InlineData("train sft --project p --set lr")]
    [InlineData("train nothing --project p")]
    [InlineData("import prompts --project p --format jsonl")]
    [InlineData("evaluate reward --model m --format hh-rlhf")]
    [InlineData("projects create p --criterion =1")]
    [InlineData("people create a --role king")]
    [InlineData("models import --name n")]
    [InlineData("models import dir --hub a/b --name n")]
    public async Task Wrong_usage_ends_with_2_and_says_so(string words)
    {
        var (code, output, errors) = await RunAsync(words);
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.NotEmpty(errors);
    }

    [Fact]
    public async Task Help_names_every_verb()
    {
        var (code, output, _) = await RunAsync("");
        Assert.Equal(0, code);
        foreach (
            var verb in (string[])
                [
                    "up",
                    "demo",
                    "projects",
                    "import",
                    "export",
                    "sets",
                    "models",
                    "generate",
                    "train",
                    "runs",
                    "evaluate",
                    "nodes",
                    "queues",
                    "people",
                    "tokens",
                ]
        )
        {
            Assert.Contains($"\n  {verb} ", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Json_is_one_document_and_nothing_else()
    {
        server.On("GET /api/projects", 200, "[]");
        var (code, output, errors) = await RunAsync("projects list --json");
        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(JsonValueKind.Array, JsonDocument.Parse(output).RootElement.ValueKind);
    }

    [Fact]
    public async Task A_refusal_ends_with_1_and_its_sentence_on_standard_error()
    {
        server.On("GET /api/projects/p", 404, """{"code":"no-project","sentence":"There is no project p."}""");
        var (code, output, errors) = await RunAsync("projects show p --json");
        Assert.Equal((1, "", "There is no project p."), (code, output, errors.Trim()));
    }

    [Fact]
    public async Task Rows_that_are_not_taken_are_named_by_file_and_line()
    {
        server.On(
            "POST /api/projects/p/import/preferences",
            200,
            """{"landed":1,"repeated":0,"rejected":[{"line":3,"reason":"chosen is missing"}]}"""
        );
        var file = Path.GetTempFileName();
        var (code, output, errors) = await RunAsync($"import preferences --project p --format trl {file} --json");
        Assert.Equal(0, code);
        Assert.Equal($"{file}:3: chosen is missing", errors.Trim());
        Assert.Equal(1, JsonDocument.Parse(output).RootElement.GetProperty("landed").GetInt32());
        File.Delete(file);
    }

    [Theory]
    [InlineData("[QUESTIONS]")]
    [InlineData("""{"version":3,"questions":[QUESTIONS]}""")]
    public async Task A_questionnaire_is_sent_as_the_file_has_it(string shape)
    {
        const string Questions =
            """{"kind":"best-worst","key":"overall","name":"Best and worst","criterion":"overall"},{"kind":"rating","key":"help","name":"Help","max":5,"required":false},{"kind":"dialogue","key":"talk","name":"Talk"}""";
        server.On("PUT /api/projects/p/questionnaire", 200, $$"""{"version":4,"questions":[{{Questions}}]}""");
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, shape.Replace("QUESTIONS", Questions, StringComparison.Ordinal), Cancellation);

        var (code, output, errors) = await RunAsync($"projects questionnaire set p {file} --based-on 3");

        Assert.Equal((0, ""), (code, errors));
        Assert.StartsWith("Version 4", output, StringComparison.Ordinal);
        var sent = JsonDocument.Parse(Assert.Single(server.Requests).Body).RootElement;
        Assert.Equal(3, sent.GetProperty("basedOn").GetInt32());
        Assert.Equal(
            ["best-worst", "rating", "dialogue"],
            sent.GetProperty("questions").EnumerateArray().Select(q => q.GetProperty("kind").GetString())
        );
        Assert.Equal(5, sent.GetProperty("questions")[1].GetProperty("max").GetInt32());
        Assert.False(sent.GetProperty("questions")[1].GetProperty("required").GetBoolean());
        File.Delete(file);
    }

    [Fact]
    public async Task A_waited_run_that_completes_ends_with_0_and_its_document()
    {
        server.On("POST /api/projects/p/runs", 200, Run + "\"queued\"}");
        server.On("GET /api/runs/01990000-0000-7000-8000-000000000001", 200, Run + "\"completed\",\"outputModel\":\"m\"}");
        var (code, output, errors) = await RunAsync("train sft --project p --set epochs=2 --seed 5 --wait --json");
        Assert.Equal(0, code);
        Assert.Equal("m", JsonDocument.Parse(output).RootElement.GetProperty("outputModel").GetString());
        Assert.Contains("Run 7 (sft) is completed", errors, StringComparison.Ordinal);
        var sent = JsonDocument.Parse(server.Requests[0].Text).RootElement;
        Assert.Equal("sft", sent.GetProperty("kind").GetString());
        Assert.Equal("2", sent.GetProperty("settings").GetProperty("epochs").GetString());
        Assert.Equal("5", sent.GetProperty("settings").GetProperty("seed").GetString());
    }

    [Fact]
    public async Task A_base_model_reads_the_demos_corpus_where_no_project_is_named()
    {
        server.On("POST /api/projects/demo/runs", 200, Run + "\"queued\"}");
        var (code, _, _) = await RunAsync("train base --corpus demo --seed 1");
        Assert.Equal(0, code);
        var settings = JsonDocument.Parse(server.Requests[0].Text).RootElement.GetProperty("settings");
        Assert.Equal(("demo", "1"), (settings.GetProperty("corpus").GetString(), settings.GetProperty("seed").GetString()));
    }

    [Fact]
    public async Task A_waited_run_that_fails_ends_with_1_and_its_error()
    {
        server.On("POST /api/projects/p/runs", 200, Run + "\"queued\"}");
        server.On(
            "GET /api/runs/01990000-0000-7000-8000-000000000001",
            200,
            Run + "\"failed\",\"error\":\"There are no demonstrations in p: write or import some.\"}"
        );
        var (code, output, errors) = await RunAsync("train sft --project p --wait --json");
        Assert.Equal((1, ""), (code, output));
        Assert.Equal("There are no demonstrations in p: write or import some.", errors.Trim());
    }

    [Fact]
    public async Task Progress_is_said_beside_the_result()
    {
        server.On("POST /api/projects/p/runs", 200, Run + "\"queued\"}");
        var asked = 0;
        server.On(
            "GET /api/runs/01990000-0000-7000-8000-000000000001",
            context =>
                Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(
                    context.Response,
                    Run + (asked++ == 0 ? "\"running\"}" : "\"completed\"}"),
                    Cancellation
                )
        );
        server.On(
            "GET /api/runs/01990000-0000-7000-8000-000000000001/metrics",
            200,
            """{"points":[{"step":1,"name":"loss","value":2.5},{"step":2,"name":"loss","value":1.25}],"samples":[]}"""
        );
        var (code, _, errors) = await RunAsync("train sft --project p --wait");
        Assert.Equal(0, code);
        Assert.Contains("step 0 of 10, loss 1.25", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_prints_the_texts()
    {
        server.On("POST /api/generate", 200, Run + "\"queued\"}");
        server.On(
            "GET /api/runs/01990000-0000-7000-8000-000000000001",
            200,
            Run + """ "completed","result":{"completions":[{"text":"Once."},{"text":"Twice."}]}}"""
        );
        var (code, output, _) = await RunAsync("generate --model tiny --prompt hi --count 2 --temperature 0.5");
        Assert.Equal((0, "Once.\nTwice.\n"), (code, output));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_one_sentence()
    {
        var (code, output, errors) = await RunAsync("projects list", "http://127.0.0.1:1");
        Assert.Equal((1, ""), (code, output));
        Assert.Contains("annotation up", Assert.Single(errors.Trim().Split('\n')), StringComparison.Ordinal);
    }

    private async Task<(int Code, string Output, string Errors)> RunAsync(string words, string? address = null)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        string[] arguments = [.. words.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        string[] server = arguments.Length == 0 ? [] : ["--server", address ?? this.server.Address, "--token", "t"];
        var code = await CommandLine.RunAsync([.. arguments, .. server], output, errors, Cancellation);
        return (code, output.ToString(), errors.ToString());
    }
}
