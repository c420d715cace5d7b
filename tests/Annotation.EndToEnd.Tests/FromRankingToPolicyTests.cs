using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Annotation.Cli.Up;
using Annotation.Client;
using Annotation.Client.Contracts;
using Microsoft.Playwright;
using Xunit;

namespace Annotation.EndToEnd.Tests;

/// <summary>The loop, walked once by the people it is for: real database, real worker process, real browser.</summary>
public sealed class FromRankingToPolicyTests(ITestOutputHelper output)
{
    private const string Project = "loop";
    private const string ByKeyboard = "keyboard";
    private static readonly string[] Places = ["pond", "hill", "barn", "lake", "wood", "road", "mill", "farm"];
    private static readonly string[] Animals = ["fox", "owl", "frog", "horse", "sheep", "crow"];

    [Fact]
    public async Task A_ranked_list_becomes_a_reward_model_a_policy_and_the_next_completions()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var browser = await LabelerBrowser.StartAsync();
        await using var platform = await RunningPlatform.StartAsync(cancellation);
        var admin = FirstAdmin.Read(Path.Combine(platform.DataFolder, "admin.json"))!;
        using var asAdmin = new AnnotationClient(admin.Server, admin.Token);
        var labeler = await PersonAsync(asAdmin, "lena", "labeler", cancellation);
        var engineer = await PersonAsync(asAdmin, "emil", "engineer", cancellation);
        var token = await asAdmin.Accounts.IssueTokenAsync(new("end to end", engineer.Id), cancellation);
        using var asEngineer = new AnnotationClient(admin.Server, token.Token);

        // 1. The engineer makes a project; the base model answers its prompts, four times each.
        await asEngineer.Projects.CreateAsync(new(Project, Guideline: "Rank the clearer answer higher."), cancellation);
        await ImportPromptsAsync(asEngineer, cancellation);
        await FinishedAsync(
            asEngineer,
            await asEngineer.Runs.GenerateTasksAsync(Project, new(Prompts: 24, MaxTokens: 24), cancellation),
            cancellation
        );

        // 2. The labeler ranks by keyboard only: the first list with a tie in the middle.
        var desk = await browser.SignInAsync(platform.Address, labeler.UserName, labeler.Password!);
        await desk.GotoAsync($"/label?project={Project}");

        var firstRanks = await RankByKeyboardAsync(desk, ["1", "2", "2", "3"]);
        for (var task = 1; task < 20; task++)
        {
            await RankByKeyboardAsync(desk, task % 2 == 0 ? ["1", "2", "3", "4"] : ["4", "3", "2", "1"]);
        }

        await Assertions.Expect(desk.Locator(".sync")).ToHaveTextAsync("All saved");
        var stored = await RankingsAsync(asEngineer, cancellation);
        Assert.Equal(20, stored.Count);
        var tied = Assert.Single(stored, ranking => RanksOf(ranking).Values.Distinct().Count() == 3);
        Assert.Equal(firstRanks.Order(), RankedTexts(tied).Order());
        Assert.All(stored, ranking => Assert.Contains("tiny", ranking.ToJsonString(), StringComparison.Ordinal));

        // 3. The engineer trains a reward model from what was ranked, and runs PPO against it.
        var reward = await FinishedAsync(
            asEngineer,
            await asEngineer.Runs.StartAsync(Project, new("reward", Out: "loop-reward", Settings: Pairs("Epochs=1")), cancellation),
            cancellation
        );
        Assert.Equal(Assert.Single(await asEngineer.Projects.ListSetsAsync(Project, cancellation)).ContentHash, reward.PreferenceSetHash);
        var ppo = await FinishedAsync(
            asEngineer,
            await asEngineer.Runs.StartAsync(
                Project,
                new(
                    "ppo",
                    Out: "loop-policy",
                    Settings: Pairs("reward=loop-reward", "Iterations=2", "RolloutSize=8", "MinibatchSize=4", "MaxNewTokens=16")
                ),
                cancellation
            ),
            cancellation
        );
        Assert.Equal("loop-reward", ppo.RewardModel);
        Assert.NotEmpty((await asEngineer.Runs.MetricsAsync($"{ppo.Number}", -1, cancellation)).Points);

        // 4. In the browser the engineer sees the run, and promotes the policy.
        var office = await browser.SignInAsync(platform.Address, engineer.UserName, engineer.Password!);
        await office.GotoAsync($"/runs/{ppo.Number}");
        await Assertions.Expect(office.GetByText("completed").First).ToBeVisibleAsync();
        await office.GotoAsync("/models/loop-policy");
        await office.GetByRole(AriaRole.Button, new() { Name = "Promote" }).First.ClickAsync();
        await Assertions.Expect(office.GetByText($"promoted in {Project}")).ToBeVisibleAsync();
        Assert.Equal("loop-policy", (await asEngineer.Projects.ShowAsync(Project, cancellation)).PromotedModel);

        // 5. The promoted policy writes the next tasks: the labeler's next one shows its completions, and the data says so.
        await FinishedAsync(
            asEngineer,
            await asEngineer.Runs.GenerateTasksAsync(Project, new(Prompts: 4, MaxTokens: 24, Seed: 7), cancellation),
            cancellation
        );
        for (var old = 0; old < 8; old++)
        {
            await RankByKeyboardAsync(desk, ["1", "2", "3", "4"]);
        }

        await Assertions.Expect(desk.Locator(".sync")).ToHaveTextAsync("All saved");
        var after = await RankingsAsync(asEngineer, cancellation);
        Assert.Equal(28, after.Count);
        Assert.Equal(4, after.Count(ranking => ranking.ToJsonString().Contains("loop-policy", StringComparison.Ordinal)));
        output.WriteLine(platform.Output);
    }

    /// <summary>Gives the shown completions these ranks, left to right, and submits; returns "rank text" of each completion.</summary>
    private static async Task<List<string>> RankByKeyboardAsync(IPage desk, string[] ranks)
    {
        var cards = desk.Locator("article.card");
        await Assertions.Expect(cards).ToHaveCountAsync(ranks.Length);
        var ids = await cards.EvaluateAllAsync<string[]>("cards => cards.map(card => card.dataset.completion)");
        var texts = await cards
            .Locator(".prose")
            .EvaluateAllAsync<string[]>("texts => texts.map(text => text.textContent.replace(/\\s+/g, ' ').trim())");
        await Assertions.Expect(cards.First).ToBeFocusedAsync();
        for (var position = 0; position < ranks.Length; position++)
        {
            // The focus goes on to the next one by itself.
            await desk.Keyboard.PressAsync(ranks[position]);
        }

        await desk.Keyboard.PressAsync("Enter");
        await Assertions.Expect(desk.Locator($"[data-completion='{ids[0]}']")).ToHaveCountAsync(0);
        return texts.Zip(ranks).Order().Select(pair => $"{pair.Second} {pair.First}").ToList();
    }

    private static async Task<CreatedPerson> PersonAsync(
        AnnotationClient asAdmin,
        string name,
        string role,
        CancellationToken cancellation
    ) => await asAdmin.Accounts.CreatePersonAsync(new(name, name, [role]), cancellation);

    private static async Task ImportPromptsAsync(AnnotationClient client, CancellationToken cancellation)
    {
        var lines = Animals.SelectMany(animal =>
            Places.Select(place => JsonSerializer.Serialize(new { prompt = $"Tell me about the {animal} at the {place}." }))
        );
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        var report = await client.Files.ImportAsync(Project, "prompts", "jsonl", $"{ByKeyboard}.jsonl", file, cancellation);
        Assert.Equal(Animals.Length * Places.Length, report.Landed);
    }

    private static async Task<RunRow> FinishedAsync(AnnotationClient client, RunRow run, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromMinutes(5));
        while (run.State is "queued" or "running")
        {
            await Task.Delay(500, limit.Token);
            run = await client.Runs.ShowAsync($"{run.Number}", limit.Token);
        }

        Assert.True(run.State == "completed", $"run {run.Number} ({run.Kind}) is {run.State}: {run.Error}");
        return run;
    }

    private static async Task<List<JsonObject>> RankingsAsync(AnnotationClient client, CancellationToken cancellation)
    {
        using var file = new MemoryStream();
        await client.Files.ExportAsync(Project, "preferences", "rankings", file, cancellation);
        return
        [
            .. Encoding
                .UTF8.GetString(file.ToArray())
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonNode.Parse(line)!.AsObject()),
        ];
    }

    private static Dictionary<string, int> RanksOf(JsonObject ranking) =>
        ranking["ranks"]!.AsObject().ToDictionary(rank => rank.Key, rank => rank.Value!.GetValue<int>());

    private static IEnumerable<string> RankedTexts(JsonObject ranking)
    {
        var ranks = RanksOf(ranking);
        return ranking["completions"]!
            .AsArray()
            .Select(completion =>
                $"{ranks[completion!["id"]!.GetValue<string>()]} {string.Join(' ', completion["text"]!.GetValue<string>().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))}"
            );
    }

    private static Dictionary<string, string> Pairs(params string[] settings) =>
        settings.Select(setting => setting.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
}
