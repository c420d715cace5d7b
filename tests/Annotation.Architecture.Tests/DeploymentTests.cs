using System.Text.RegularExpressions;
using Xunit;

namespace Annotation.Architecture.Tests;

/// <summary>Container files and scripts keep in step with the projects that they name.</summary>
public sealed partial class DeploymentTests
{
    public static TheoryData<string> Dockerfiles => ["deploy/Dockerfile.web", "deploy/Dockerfile.worker"];

    [Theory]
    [MemberData(nameof(Dockerfiles))]
    public void A_Dockerfile_publishes_a_project_that_is_there_and_starts_its_assembly(string file)
    {
        var text = Read(file);
        var project = Project().Match(text).Groups[1].Value;
        Assert.True(File.Exists(Path.Combine(Repository.Root, project)), project);
        Assert.Contains($"ENTRYPOINT [\"dotnet\", \"{Path.GetFileNameWithoutExtension(project)}.dll\"]", text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Dockerfiles))]
    public void A_Dockerfile_copies_files_that_are_there_and_runs_as_an_ordinary_user(string file)
    {
        var instructions = Instructions(file);
        foreach (
            var copy in instructions.Where(i =>
                i.StartsWith("COPY ", StringComparison.Ordinal) && !i.Contains("--from", StringComparison.Ordinal)
            )
        )
        {
            foreach (var source in copy.Split(' ')[1..^1])
            {
                Assert.True(Path.Exists(Path.Combine(Repository.Root, source)), source);
            }
        }

        Assert.Contains("USER $APP_UID", instructions);
        Assert.DoesNotContain(
            instructions,
            i => i.StartsWith("FROM ", StringComparison.Ordinal) && !i.Contains(':', StringComparison.Ordinal)
        );
    }

    [Fact]
    public void The_compose_file_names_files_that_are_there_and_no_secret()
    {
        var text = Read("docker-compose.yml");
        foreach (Match dockerfile in Dockerfile().Matches(text))
        {
            Assert.True(File.Exists(Path.Combine(Repository.Root, dockerfile.Groups[1].Value)), dockerfile.Value);
        }

        Assert.DoesNotContain("password:", text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("deploy/annotation.env", Read(".gitignore"), StringComparison.Ordinal);
        Assert.Matches(@"(?m)^POSTGRES_PASSWORD=$", Read("deploy/annotation.env.example"));
    }

    [Theory]
    [InlineData(".ci/run")]
    [InlineData("deploy/install.sh")]
    [InlineData("deploy/test.sh")]
    public void A_script_can_be_started(string script)
    {
        Assert.StartsWith("#!", Read(script), StringComparison.Ordinal);
        Assert.True(
            OperatingSystem.IsWindows() || File.GetUnixFileMode(Path.Combine(Repository.Root, script)).HasFlag(UnixFileMode.UserExecute)
        );
    }

    [Fact]
    public void The_README_names_the_two_commands_that_are_there()
    {
        var text = Read("README.md");
        Assert.Contains("deploy/install.sh && dotnet run", text, StringComparison.Ordinal);
        Assert.Contains("deploy/test.sh", text, StringComparison.Ordinal);
        Assert.Contains("deploy/test.sh", Read(".ci/run"), StringComparison.Ordinal);
    }

    private static string Read(string file) => File.ReadAllText(Path.Combine(Repository.Root, file));

    private static List<string> Instructions(string file) =>
        [.. Read(file).Replace("\\\n", " ", StringComparison.Ordinal).Split('\n').Where(line => line.Length > 0 && line[0] != '#')];

    [GeneratedRegex(@"dotnet publish (\S+)")]
    private static partial Regex Project();

    [GeneratedRegex(@"dockerfile: (\S+)")]
    private static partial Regex Dockerfile();
}
