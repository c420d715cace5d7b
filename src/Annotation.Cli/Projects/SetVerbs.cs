using System.CommandLine;
using Annotation.Cli.Terminal;
using Annotation.Client.Contracts;

namespace Annotation.Cli.Projects;

/// <summary>`sets`: freeze, list, show preference sets.</summary>
public static class SetVerbs
{
    /// <summary>The verb with its parts.</summary>
    public static Command Create() => new("sets", "Preference sets: frozen rankings, split and hashed") { Freeze(), List(), Show() };

    private static Command Freeze()
    {
        var project = ProjectOption.Required();
        return new Command("freeze", "Freeze the project's rankings as they are now") { project }.Does(
            async (invocation, cancellation) =>
            {
                using var client = invocation.Connect();
                var set = await client.Projects.FreezeAsync(invocation.Value(project), cancellation);
                invocation.Write(set, writer => Describe(writer, set));
            }
        );
    }

    private static Command List()
    {
        var project = ProjectOption.Required();
        return new Command("list", "List a project's preference sets") { project }.Does(
            async (invocation, cancellation) =>
            {
                using var client = invocation.Connect();
                var sets = await client.Projects.ListSetsAsync(invocation.Value(project), cancellation);
                var table = new TextTable("Set", "Rankings", "Train", "Validation", "Test", "Criteria", "SHA-256", "Created");
                foreach (var set in sets)
                {
                    table.Add(
                        set.Number,
                        set.RankingCount,
                        set.TrainCount,
                        set.ValidationCount,
                        set.TestCount,
                        set.Criteria,
                        set.ContentHash,
                        set.CreatedAt
                    );
                }

                invocation.Write(sets, table.WriteTo);
            }
        );
    }

    private static Command Show()
    {
        var project = ProjectOption.Required();
        var number = new Argument<string>("SET") { Description = "The set's number, id or hash" };
        return new Command("show", "Show a preference set") { number, project }.Does(
            async (invocation, cancellation) =>
            {
                using var client = invocation.Connect();
                var set = await client.Projects.ShowSetAsync(invocation.Value(project), invocation.Value(number), cancellation);
                invocation.Write(set, writer => Describe(writer, set));
            }
        );
    }

    private static void Describe(TextWriter writer, PreferenceSetRow set) =>
        FactList.Write(
            writer,
            ("set", set.Number),
            ("id", set.Id),
            ("SHA-256", set.ContentHash),
            ("rankings", set.RankingCount),
            ("train", set.TrainCount),
            ("validation", set.ValidationCount),
            ("test", set.TestCount),
            ("criteria", set.Criteria),
            ("created", set.CreatedAt)
        );
}
