using System.Text;
using Annotation.Domain.Preferences.Imports;
using Annotation.Testing;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Domain.Tests.Preferences.Imports;

/// <summary>Prompts and demonstrations; rankings are in <see cref="ImportTests"/>.</summary>
public sealed class ImportTextsTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Prompts_land_once_with_the_split_of_their_opening_turn()
    {
        var project = await postgres.ProjectAsync(Cancel);
        var file = """
            {"prompt":"One"}
            {"messages":[{"role":"user","content":"One"}]}
            {"messages":[{"role":"user","content":"One"},{"role":"assistant","content":"Two"},{"role":"user","content":"Three"}]}
            {"messages":[{"role":"user","content":"One"},{"role":"assistant","content":"Two"}]}
            """;

        var report = await postgres.Get<ImportPrompts>().RunAsync(project, "jsonl", "p.jsonl", Utf8(file), null, Cancel);

        Assert.Equal((2, 1), (report.Value!.Landed, report.Value.Repeated));
        Assert.Equal(new RejectedRow(4, "field 'messages' does not end with a user message"), Assert.Single(report.Value.Rejected));
        await using var db = postgres.CreateContext();
        var splits = await db.Prompts.Where(p => p.ProjectId == project).Select(p => p.Split).ToListAsync(Cancel);
        Assert.Equal(2, splits.Count);
        Assert.Single(splits.Distinct());
    }

    [Theory]
    [InlineData("jsonl", """{"prompt":"Q","completion":"A"}""")]
    [InlineData("trl", """{"messages":[{"role":"user","content":"Q"},{"role":"assistant","content":"A"}]}""")]
    [InlineData(
        "oasst",
        """{"prompt":{"role":"prompter","text":"Q","replies":[{"role":"assistant","text":"B","rank":1},{"role":"assistant","text":"A","rank":0}]}}"""
    )]
    public async Task Demonstrations_land_once_whatever_their_format(string format, string row)
    {
        var project = await postgres.ProjectAsync(Cancel);

        var report = await postgres
            .Get<ImportDemonstrations>()
            .RunAsync(project, format, "d.jsonl", Utf8($"{row}\n{row}\n{{}}"), null, Cancel);

        Assert.Equal((1, 1), (report.Value!.Landed, report.Value.Repeated));
        Assert.Equal(3, Assert.Single(report.Value.Rejected).Line);
        await using var db = postgres.CreateContext();
        var demonstration = await db.Demonstrations.SingleAsync(d => d.ProjectId == project, Cancel);
        Assert.Equal("A", (await db.Completions.SingleAsync(c => c.Id == demonstration.CompletionId, Cancel)).Text);
        var audit = await db.AuditEvents.SingleAsync(
            e => e.Action == "demonstrations.imported" && e.Subject == db.Projects.Single(p => p.Id == project).Name,
            Cancel
        );
        Assert.Contains("\"landed\": 1", audit.Details, StringComparison.Ordinal);
    }

    private static MemoryStream Utf8(string text) => new(Encoding.UTF8.GetBytes(text));
}
