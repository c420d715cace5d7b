using System.CommandLine;
using System.Globalization;
using Annotation.Cli.Terminal;
using Annotation.Cli.Up;
using Annotation.Client;

namespace Annotation.Cli.DemoLoop;

/// <summary>`demo`: the whole loop on a fresh data folder; exit code 0 only if it learned something.</summary>
public static class DemoVerb
{
    private static readonly Option<int> Seed = new("--seed")
    {
        Description = "Seed of everything by chance",
        DefaultValueFactory = _ => 1,
        HelpName = "S",
    };

    private static readonly Option<bool> ShuffleLabels = new("--shuffle-labels")
    {
        Description = "Replace people's orders by random ones: it must then fail",
    };

    private static readonly Option<bool> Keep = new("--keep") { Description = "Keep the data folder, to look at it with `up --data`" };

    /// <summary>The verb as the parser knows it.</summary>
    public static Command Create() =>
        new Command("demo", "Walk the whole loop with simulated labelers and measure it") { Seed, ShuffleLabels, Keep }.Does(RunAsync);

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("annotation-demo-").FullName;
        try
        {
            await using var platform = await LocalPlatform.StartAsync(
                new UpSettings
                {
                    Port = 0,
                    Data = folder,
                    DemoProject = false,
                    Durable = false,
                },
                invocation.Time,
                invocation.Note,
                cancellation
            );
            var settings = new DemoSettings { Seed = invocation.Value(Seed), ShuffleLabels = invocation.Value(ShuffleLabels) };
            using var client = new AnnotationClient(platform.Admin.Server, platform.Admin.Token);
            var walk = new DemoWalk(client, platform.Admin.Server, settings, invocation);
            var report = await walk.RunAsync(
                stage =>
                {
                    if (!invocation.IsJson)
                    {
                        invocation.Write(stage, writer => Describe(writer, stage));
                    }
                },
                cancellation
            );
            invocation.Write(report, writer => Conclude(writer, report));
            return report.Passed ? 0 : 1;
        }
        finally
        {
            if (invocation.Value(Keep))
            {
                invocation.Note($"The data folder is {folder}");
            }
            else
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static void Describe(TextWriter writer, DemoStage stage)
    {
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{stage.Name} ({stage.Seconds:0.0} s)"));
        FactList.Write(writer, [.. stage.Figures.Select(figure => ("  " + figure.Key, figure.Value))]);
        writer.WriteLine();
    }

    private static void Conclude(TextWriter writer, DemoReport report)
    {
        foreach (var failure in report.Failures)
        {
            writer.WriteLine(failure);
        }

        writer.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{(report.Passed ? "Passed" : "Failed")} in {report.Seconds:0} s: {(report.Passed ? "the reward model beats its baselines, and PPO beats SFT on the gold judge." : "see above.")}"
            )
        );
    }
}
