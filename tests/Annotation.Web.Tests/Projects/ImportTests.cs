using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using Annotation.Client.Contracts;
using Annotation.Domain.Accounts;
using Annotation.Testing;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Web.Tests.Projects;

/// <summary>Files over HTTP: every row lands or is named with its line, and a file that cannot be read imports nothing.</summary>
public sealed class ImportTests(WebServer server) : IClassFixture<WebServer>
{
    private const string Good =
        """{"prompt":"Why is the sky blue?","chosen":"Air scatters blue light most.","rejected":"It is painted."}""";
    private const string NoChosen = """{"prompt":"Why?","rejected":"Because."}""";
    private const string Cut = """{"prompt":"Why""";

    [Fact]
    public async Task Bad_rows_come_back_with_their_line_and_reason_and_the_good_ones_land()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (http, project) = await StartAsync(cancellation);
        var report = await ReportAsync(
            http,
            project,
            [Good, NoChosen, "", Cut, Good.Replace("sky", "sea", StringComparison.Ordinal)],
            cancellation
        );
        Assert.Equal(2, report.Landed);
        Assert.Equal([2L, 4L], report.Rejected.Select(row => row.Line));
        Assert.Contains("chosen", report.Rejected[0].Reason, StringComparison.Ordinal);
        Assert.All(report.Rejected, row => Assert.False(string.IsNullOrWhiteSpace(row.Reason)));
    }

    [Fact]
    public async Task The_same_file_again_imports_nothing_twice()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (http, project) = await StartAsync(cancellation);
        Assert.Equal((1, 0), Counts(await ReportAsync(http, project, [Good], cancellation)));
        Assert.Equal((0, 1), Counts(await ReportAsync(http, project, [Good], cancellation)));
    }

    public static TheoryData<string, string, byte[], string> Unreadable =>
        new()
        {
            { "nonsense", "a.jsonl", Encoding.UTF8.GetBytes(Good), "nonsense" },
            { "trl", "cut.jsonl.gz", TruncatedGzip(), "cut.jsonl.gz" },
            {
                "trl",
                "latin.jsonl",
                [.. Encoding.UTF8.GetBytes(Good + "\n{\"prompt\":\""), 0xFC, 0xFF, (byte)'"', (byte)'}'],
                "latin.jsonl"
            },
        };

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task A_file_that_cannot_be_read_is_refused_by_name_and_imports_nothing(
        string format,
        string file,
        byte[] bytes,
        string named
    )
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (http, project) = await StartAsync(cancellation);
        using var answer = await SendAsync(http, project, format, file, bytes, cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(named, (await answer.RefusalAsync(cancellation)).Sentence, StringComparison.Ordinal);
        await using var db = server.Postgres.CreateContext();
        Assert.False(await db.Prompts.AnyAsync(p => p.ProjectId == project, cancellation));
    }

    private async Task<(HttpClient Http, Guid Project)> StartAsync(CancellationToken cancellation) =>
        (await server.ProgramOfAsync(cancellation, Roles.Engineer), await server.Postgres.ProjectAsync(cancellation));

    private static async Task<ImportReport> ReportAsync(HttpClient http, Guid project, string[] lines, CancellationToken cancellation)
    {
        var bytes = Encoding.UTF8.GetBytes(string.Join('\n', lines));
        using var answer = await SendAsync(http, project, "trl", "rows.jsonl", bytes, cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<ImportReport>(cancellation))!;
    }

    private static Task<HttpResponseMessage> SendAsync(
        HttpClient http,
        Guid project,
        string format,
        string file,
        byte[] bytes,
        CancellationToken cancellation
    ) =>
        http.PostAsync(
            $"/api/projects/{project}/import/preferences?format={format}&file={file}",
            new ByteArrayContent(bytes),
            cancellation
        );

    private static (int, int) Counts(ImportReport report) => (report.Landed, report.Repeated);

    private static byte[] TruncatedGzip()
    {
        using var whole = new MemoryStream();
        using (var gzip = new GZipStream(whole, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Repeat(Good, 200))));
        }

        return whole.ToArray()[..^12];
    }
}
