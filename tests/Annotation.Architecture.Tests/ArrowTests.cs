using System.Text.RegularExpressions;
using Xunit;

namespace Annotation.Architecture.Tests;

/// <summary>Who may know whom (the arrows between the rooms).</summary>
public sealed partial class ArrowTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Annotation.Domain"] = [],
        ["Annotation.Learning"] = [],
        ["Annotation.Demo"] = [],
        ["Annotation.Client"] = [],
        ["Annotation.Jobs"] = ["Annotation.Domain", "Annotation.Learning", "Annotation.Demo"],
        ["Annotation.Worker"] = ["Annotation.Jobs"],
        ["Annotation.Web"] = ["Annotation.Domain", "Annotation.Learning", "Annotation.Client"],
        ["Annotation.Cli"] = ["Annotation.Client", "Annotation.Demo"],
    };

    // Started by `up` as programs: built with the command, never referenced by it.
    private static readonly Dictionary<string, string[]> BuiltBeside = new()
    {
        ["Annotation.Cli"] = ["Annotation.Web", "Annotation.Worker"],
    };

    public static TheoryData<string> Rooms => [.. Repository.Rooms];

    [Fact]
    public void Every_room_has_its_row() => Assert.Equal(Allowed.Keys.Order(), Repository.Rooms);

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_project_refers_only_to_rooms_that_it_may_know(string room)
    {
        foreach (var reference in Repository.Project($"src/{room}/{room}.csproj").Descendants("ProjectReference"))
        {
            var target = Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value);
            var builtOnly = (string?)reference.Attribute("ReferenceOutputAssembly") == "false";
            var allowed = builtOnly ? BuiltBeside.GetValueOrDefault(room, []) : Allowed[room];
            Assert.True(allowed.Contains(target), $"{room} may not refer to {target}.");
        }
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void An_assembly_uses_only_rooms_that_it_may_know(string room)
    {
        var used = Repository.AssembliesUsed(room).Where(name => name.StartsWith("Annotation.", StringComparison.Ordinal));
        // What a room's own neighbours know comes with them: the worker wires what Jobs uses.
        var known = Allowed[room].Concat(Allowed[room].SelectMany(neighbour => Allowed[neighbour]));
        Assert.Empty(used.Except(known));
    }

    [Fact]
    public void Web_uses_of_Learning_only_settings() =>
        Assert.DoesNotContain(
            Repository.TypesUsed("Annotation.Web", "Annotation.Learning"),
            type => !type.EndsWith("Settings", StringComparison.Ordinal)
        );

    [Theory]
    [InlineData("Annotation.Domain")]
    [InlineData("Annotation.Demo")]
    [InlineData("Annotation.Client")]
    [InlineData("Annotation.Web")]
    [InlineData("Annotation.Cli")]
    public void Tensors_stay_with_Learning_and_the_jobs(string room) =>
        Assert.DoesNotContain("TorchSharp", Repository.AssembliesUsed(room));

    [Theory]
    [InlineData("Annotation.Learning")]
    [InlineData("Annotation.Demo")]
    [InlineData("Annotation.Client")]
    public void The_database_stays_away_from(string room) =>
        Assert.DoesNotContain(
            Repository.AssembliesUsed(room),
            name =>
                name.StartsWith("Npgsql", StringComparison.Ordinal)
                || name.StartsWith("Microsoft.EntityFrameworkCore", StringComparison.Ordinal)
        );

    [Fact]
    public void Hangfire_is_named_in_Jobs_in_the_worker_and_in_one_file_of_the_web_application()
    {
        var files = Repository
            .SourceFiles("src")
            .Where(file => Hangfire().IsMatch(File.ReadAllText(file)))
            .Select(Repository.Relative)
            .Where(file =>
                !file.StartsWith("src/Annotation.Jobs/", StringComparison.Ordinal)
                && !file.StartsWith("src/Annotation.Worker/", StringComparison.Ordinal)
            )
            .ToList();
        Assert.All(files, file => Assert.StartsWith("src/Annotation.Web/", file, StringComparison.Ordinal));
        Assert.True(files.Count <= 1, $"More than one file of the web application names Hangfire: {string.Join(", ", files)}");
    }

    [GeneratedRegex(@"^\s*(@?using\s+(static\s+)?Hangfire\b)|\bHangfire\.[A-Z]", RegexOptions.Multiline)]
    private static partial Regex Hangfire();
}
