using System.Xml.Linq;
using Xunit;

namespace Annotation.Architecture.Tests;

/// <summary>One version of each package, in one place; every project is in the solution.</summary>
public sealed class PackageTests
{
    public static TheoryData<string> Projects => [.. Repository.ProjectFiles()];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Packages_take_their_version_from_the_central_list(string project)
    {
        var central = Repository
            .Project("Directory.Packages.props")
            .Descendants("PackageVersion")
            .Select(Name)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var reference in Repository.Project(project).Descendants("PackageReference"))
        {
            Assert.Null(reference.Attribute("Version"));
            Assert.Null(reference.Attribute("VersionOverride"));
            Assert.Contains(Name(reference), central);
        }
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void The_solution_holds(string project) =>
        Assert.Contains(
            Path.GetFileName(project),
            File.ReadAllText(Path.Combine(Repository.Root, "Annotation.sln")),
            StringComparison.Ordinal
        );

    [Fact]
    public void No_committed_configuration_names_a_host() =>
        Assert.All(
            (string[])["nuget.config", ".tools/package-lock.json", ".tools/package.json"],
            file => Assert.DoesNotContain("://", File.ReadAllText(Path.Combine(Repository.Root, file)), StringComparison.Ordinal)
        );

    private static string Name(XElement element) => element.Attribute("Include")!.Value;
}
