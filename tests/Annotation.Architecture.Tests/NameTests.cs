using Xunit;

namespace Annotation.Architecture.Tests;

/// <summary>Folders are named for what the code is about, types for what they are.</summary>
public sealed class NameTests
{
    private static readonly string[] BannedFolders =
    [
        "Common",
        "Core",
        "Helpers",
        "Utils",
        "Utilities",
        "Services",
        "Interfaces",
        "Dtos",
        "Managers",
        "Misc",
        "Shared",
        "Abstractions",
        "Extensions",
    ];

    private static readonly string[] BannedEndings = ["Manager", "Helper", "Helpers", "Base", "Impl", "Data", "Info", "Utils", "Dto"];

    public static TheoryData<string> Rooms => [.. Repository.Rooms];

    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    public void No_folder_is_named_for_a_technical_kind(string root) =>
        Assert.DoesNotContain(
            Repository.SourceFiles(root).SelectMany(file => Repository.Relative(file).Split('/')[..^1]),
            part => BannedFolders.Contains(part)
        );

    [Theory]
    [MemberData(nameof(Rooms))]
    public void No_type_is_named_for_a_technical_kind(string room) =>
        Assert.DoesNotContain(
            Repository.TypesDefined(room),
            name => BannedEndings.Any(ending => name.EndsWith(ending, StringComparison.Ordinal))
        );

    [Fact]
    public void The_top_level_holds_what_it_should_and_nothing_else()
    {
        string[] expected =
        [
            ".ci",
            ".config",
            ".dockerignore",
            ".editorconfig",
            ".gitattributes",
            ".github",
            ".gitignore",
            ".tools",
            "Annotation.sln",
            "Directory.Build.props",
            "Directory.Packages.props",
            "Directory.Torch.props",
            "LICENSE",
            "README.md",
            "deploy",
            "docker-compose.yml",
            "docs",
            "global.json",
            "nuget.config",
            "src",
            "tests",
        ];
        // Build output and whatever tools leave behind is not part of the checkout.
        string[] untracked = [".git", ".vs", ".idea", "artifacts", "TestResults"];
        var found = Directory.EnumerateFileSystemEntries(Repository.Root).Select(path => Path.GetFileName(path));
        Assert.Empty(found.Except(expected).Except(untracked));
    }
}
