using Annotation.Domain.Preferences;
using Annotation.Domain.Preferences.Formats;
using Annotation.Domain.Prompts;
using Xunit;

namespace Annotation.Domain.Tests.Preferences.Exports;

/// <summary>The lines that other trainers read.</summary>
public sealed class PairShapeTests
{
    private static readonly ReadRanking Ranking = new(
        new RankingContent(PromptMessage.FromUser("Q"), "overall", [new("A", 1), new("B", 2), new("C", 3)])
    );

    [Fact]
    public void Openrlhf_reads_whole_conversations()
    {
        var lines = new OpenRlhfFormat().WriteRanking(Ranking).ToList();

        Assert.Equal(3, lines.Count);
        Assert.Contains(
            """{"chosen":[{"role":"user","content":"Q"},{"role":"assistant","content":"A"}],"rejected":[{"role":"user","content":"Q"},{"role":"assistant","content":"C"}]}""",
            lines
        );
    }

    [Fact]
    public void Kto_reads_the_best_as_desirable_the_worst_as_not_and_nothing_between()
    {
        Assert.Equal(
            [
                """{"prompt":[{"role":"user","content":"Q"}],"completion":[{"role":"assistant","content":"A"}],"label":true}""",
                """{"prompt":[{"role":"user","content":"Q"}],"completion":[{"role":"assistant","content":"C"}],"label":false}""",
            ],
            new KtoFormat().WriteRanking(Ranking)
        );
    }
}
