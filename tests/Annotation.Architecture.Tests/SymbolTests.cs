using System.Text.RegularExpressions;
using Xunit;

namespace Annotation.Architecture.Tests;

/// <summary>What no line of the product may name.</summary>
public sealed partial class SymbolTests
{
    public static TheoryData<string, string> Banned =>
        new()
        {
            { @"\bDateTime(Offset)?\.(Utc)?Now\b", "time comes in as a TimeProvider" },
            { @"\bRandom\.Shared\b", "chance comes in as a seeded generator" },
            { @"\bThread\.Sleep\b", "wait for what you wait for, or use Task.Delay with the TimeProvider" },
            { @"\bGC\.Collect\b", "dispose what holds memory" },
            { @"\btorch\.(random\.)?manual_seed\b", "the global generator is nobody's own: pass a generator" },
            { @"\bNotImplementedException\b", "finish it, or leave it out" },
        };

    [Theory]
    [MemberData(nameof(Banned))]
    public void No_source_file_names(string pattern, string instead)
    {
        var found = Repository
            .SourceFiles("src")
            .SelectMany(file =>
                File.ReadAllLines(file)
                    .Select((line, index) => (Where: $"{Repository.Relative(file)}:{index + 1}", Line: WithoutComment(line)))
            )
            .Where(at => Regex.IsMatch(at.Line, pattern))
            .Select(at => at.Where)
            .ToList();
        Assert.True(found.Count == 0, $"{string.Join(", ", found)}: {instead}.");
    }

    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    public void Nothing_is_left_for_later(string root)
    {
        // The words are put together here so that this file does not name them.
        var words = new Regex($@"\b({"TO" + "DO"}|{"FIX" + "ME"}|{"HA" + "CK"})\b");
        Assert.DoesNotContain(Repository.SourceFiles(root), file => words.IsMatch(File.ReadAllText(file)));
    }

    private static string WithoutComment(string line) => Comment().Replace(line, "");

    [GeneratedRegex(@"(^|\s)//.*$")]
    private static partial Regex Comment();
}
