using Annotation.Domain.Questions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using Xunit;

namespace Annotation.EndToEnd.Tests.Labeling;

/// <summary>The network and the server go away at random moments while somebody labels: nothing is lost, nothing is stored twice.</summary>
public sealed class InterruptionTests(DeskServer server, ITestOutputHelper output) : IClassFixture<DeskServer>
{
    [Fact]
    public Task The_network_is_cut_three_times() => CutAsync(moments: 3, tasks: 12, seed: 1);

    [Fact]
    [Trait("Category", "nightly")]
    public Task The_network_is_cut_twenty_times() => CutAsync(moments: 20, tasks: 80, seed: 2);

    [Fact]
    public Task The_server_is_killed_twice() => KillAsync(moments: 2, tasks: 12, seed: 3);

    [Fact]
    [Trait("Category", "nightly")]
    public Task The_server_is_killed_twenty_times() => KillAsync(moments: 20, tasks: 80, seed: 4);

    private async Task CutAsync(int moments, int tasks, int seed)
    {
        using var network = new CuttableNetwork(server.Address);
        var project = await server.ProjectAsync(tasks, 3, new RankingQuestion("overall"));
        var desk = await server.ArriveAsync(project, network.Address);
        await LabelThroughAsync(
            desk,
            project,
            tasks,
            moments,
            seed,
            async random =>
            {
                network.Cut();
                await Task.Delay(random.Next(100, 1200));
                network.Heal();
            }
        );
    }

    private async Task KillAsync(int moments, int tasks, int seed)
    {
        var project = await server.ProjectAsync(tasks, 3, new RankingQuestion("overall"));
        var desk = await server.ArriveAsync(project);
        await LabelThroughAsync(
            desk,
            project,
            tasks,
            moments,
            seed,
            async _ =>
            {
                await server.KillAsync();
                await server.StartAsync();
            }
        );
    }

    /// <summary>Ranks every task of the project, each in an order of its own, while something is disturbed again and again.</summary>
    private async Task LabelThroughAsync(Desk desk, Guid project, int tasks, int moments, int seed, Func<Random, Task> disturb)
    {
        await Assertions.Expect(desk.Cards.First).ToBeVisibleAsync();
        var disturbance = Task.Run(async () =>
        {
            var random = new Random(seed);
            for (var moment = 0; moment < moments; moment++)
            {
                await Task.Delay(random.Next(50, 700));
                await disturb(random);
            }
        });
        Dictionary<Guid, int> pressed;
        try
        {
            pressed = await RankAllAsync(desk, tasks, seed);
        }
        finally
        {
            // The next test finds the server as it was, and one that does not come back says why.
            await disturbance;
        }

        await Assertions.Expect(desk.Page.GetByText("All done for now")).ToBeVisibleAsync(new() { Timeout = 240_000 });
        await Assertions.Expect(desk.Sync).ToHaveTextAsync("All saved", new() { Timeout = 240_000 });
        var answers = await desk.AnswersAsync();
        Assert.Equal(tasks, answers.Count);
        Assert.Equal(tasks, answers.Select(a => a.TaskId).Distinct().Count());
        var stored = answers.SelectMany(a => ((RankingAnswer)a.Value).Ranks).ToDictionary(rank => rank.Key, rank => rank.Value);
        Assert.Equal(pressed.OrderBy(p => p.Key), stored.OrderBy(p => p.Key));
        await using var db = server.Postgres.CreateContext();
        Assert.All(
            await db.LabelingTasks.Where(t => t.ProjectId == project).ToListAsync(TestContext.Current.CancellationToken),
            task => Assert.Equal(1, task.JudgementCount)
        );
        output.WriteLine($"{moments} interruptions, {tasks} tasks: {answers.Count} stored, each once, each as pressed.");
    }

    /// <summary>Ranks so many tasks by keyboard and gives what was pressed for each completion.</summary>
    private static async Task<Dictionary<Guid, int>> RankAllAsync(Desk desk, int tasks, int seed)
    {
        var pressed = new Dictionary<Guid, int>();
        var orders = new[] { "123", "132", "213", "231", "312", "321", "112", "122" };
        var seen = "";
        for (var task = 0; task < tasks; task++)
        {
            await Assertions.Expect(desk.Cards.First).Not.ToHaveAttributeAsync("data-completion", seen, new() { Timeout = 240_000 });
            var shown = await desk.ShownAsync(3);
            var order = orders[(seed + task) % orders.Length];
            for (var position = 0; position < 3; position++)
            {
                pressed.Add(shown[position], order[position] - '0');
                await desk.PressAsync($"{order[position]}");
            }

            await desk.PressAsync("Enter");
            seen = $"{shown[0]}";
        }

        return pressed;
    }
}
