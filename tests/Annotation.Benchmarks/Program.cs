using System.Globalization;
using System.Text.Json;
using Annotation.Benchmarks.Labeling;

// Run by hand; docs/reports says with what and what came out. Traffic goes to this machine only.
var options = args.Skip(1)
    .Chunk(2)
    .Where(pair => pair.Length == 2)
    .ToDictionary(pair => pair[0].TrimStart('-'), pair => double.Parse(pair[1], CultureInfo.InvariantCulture));
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};
int Whole(string name, int otherwise) => (int)options.GetValueOrDefault(name, otherwise);
void Say(string what, object figures) => Console.WriteLine($"{what}: {JsonSerializer.Serialize(figures, JsonSerializerOptions.Web)}");
var port = Whole("port", 5400);
var speed = new SpeedRun(
    options.GetValueOrDefault("rate", 200),
    TimeSpan.FromSeconds(options.GetValueOrDefault("seconds", 600)),
    Whole("tasks", 100_000),
    Whole("labelers", 400),
    port
);
switch (args.FirstOrDefault())
{
    case "exactness":
        var run = new ExactnessRun(
            Whole("tasks", 10_000),
            Whole("clients", 300),
            Whole("k", 3),
            Whole("web-kills", 50),
            Whole("database-kills", 3),
            port
        );
        Say("exactness", await run.RunAsync(stop.Token));
        return 0;
    case "open-loop":
        await speed.OpenLoopAsync(Say, stop.Token);
        return 0;
    case "highest-rate":
        await speed.HighestRateAsync(Say, stop.Token);
        return 0;
    case "ratio":
        await speed.RatioAsync(Say, stop.Token);
        return 0;
    case "thinking":
        await speed.ThinkingAsync(Say, stop.Token);
        return 0;
    case "claim-times":
        await ClaimTimes.RunAsync([10_000, 100_000, 1_000_000], port, Say, stop.Token);
        return 0;
    default:
        await Console.Error.WriteLineAsync(
            "Name one of: exactness, open-loop, highest-rate, ratio, thinking, claim-times. Options: --rate --seconds --tasks --labelers --clients --k --web-kills --database-kills --port."
        );
        return 2;
}
