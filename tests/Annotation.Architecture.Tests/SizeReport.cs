using Xunit;

namespace Annotation.Architecture.Tests;

/// <summary>Sizes are told, not judged: a loop that reads from top to bottom may be long.</summary>
public sealed class SizeReport(ITestOutputHelper output)
{
    private const int LongFile = 200;
    private const int FullRoom = 20;

    [Fact]
    public void Long_files_and_full_folders_are_listed()
    {
        var files = Repository
            .SourceFiles("src")
            .Select(file => (Name: Repository.Relative(file), Lines: File.ReadLines(file).Count()))
            .ToList();
        Assert.NotEmpty(files);
        output.WriteLine($"{files.Count} files, {files.Sum(file => file.Lines)} lines");
        foreach (var (name, lines) in files.Where(file => file.Lines > LongFile).OrderByDescending(file => file.Lines))
        {
            output.WriteLine($"{lines} lines: {name}");
        }

        foreach (var folder in files.GroupBy(file => Path.GetDirectoryName(file.Name)).Where(f => f.Count() > FullRoom))
        {
            output.WriteLine($"{folder.Count()} files: {folder.Key}");
        }
    }
}
