using System.IO.Compression;
using System.Text;
using Annotation.Domain.Preferences.Imports;
using Annotation.Domain.Projects;
using Annotation.Testing;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Domain.Tests.Preferences.Imports;

public sealed class ImportTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const string GoodPair = """{"prompt":"Q1","chosen":"good","rejected":"bad"}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string> Preferences =>
        new()
        {
            {
                "hh-rlhf",
                """{"chosen":"\n\nHuman: Hi\n\nAssistant: Hello","rejected":"\n\nHuman: Hi\n\nAssistant: Go"}""",
                """{"chosen":"\n\nHuman: Hi\n\nAssistant: Hello"}"""
            },
            { "trl", """{"prompt":"Hi","chosen":"Hello","rejected":"Go"}""", """{"prompt":"Hi","chosen":"a","rejected":"a"}""" },
            {
                "trl",
                """{"prompt":[{"role":"user","content":"Hi"}],"chosen":[{"role":"assistant","content":"Hello"}],"rejected":[{"role":"assistant","content":"Go"}]}""",
                """{"prompt":[{"role":"robot","content":"Hi"}],"chosen":"a","rejected":"b"}"""
            },
            {
                "trl",
                """{"chosen":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}],"rejected":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Go"}]}""",
                """{"chosen":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}],"rejected":[{"role":"user","content":"Ho"},{"role":"assistant","content":"Go"}]}"""
            },
            {
                "trl",
                """{"chosen":"\n\nHuman: Hi\n\nAssistant: Hello","rejected":"\n\nHuman: Hi\n\nAssistant: Go"}""",
                """{"chosen":"\n\nHuman: Hi","rejected":"\n\nHuman: Hi\n\nAssistant: Go"}"""
            },
            { "trl", """{"chosen":"Hi Hello","rejected":"Hi Go"}""", """{"chosen":"Hello","rejected":"Go"}""" },
            {
                "oasst",
                """{"prompt":{"role":"prompter","text":"Hi","replies":[{"role":"assistant","text":"Go","rank":1},{"role":"assistant","text":"Hello","rank":0}]}}""",
                """{"prompt":{"role":"prompter","text":"","replies":[]}}"""
            },
            {
                "rankings",
                """{"prompt":"Hi","completions":[{"id":"a","text":"Go"},{"id":"b","text":"Hello"}],"ranks":{"a":2,"b":1}}""",
                """{"prompt":"Hi","completions":[{"id":"a","text":"Go"},{"id":"b","text":"Hello"}],"ranks":{"a":2}}"""
            },
            {
                "rankings",
                """{"prompt":"Hi","completions":[{"id":"a","text":"Go"},{"id":"b","text":"Hello"}],"question":{"kind":"strength","key":"overall"},"answer":{"kind":"strength","preferred":"b","strength":3}}""",
                """{"prompt":"Hi","completions":[{"id":"a","text":"Go"},{"id":"b","text":"Hello"}],"question":{"kind":"strength","key":"overall"},"answer":{"kind":"strength","preferred":"b","strength":4}}"""
            },
            {
                "llmbar",
                """{"input":"Hi","output_1":"Go","output_2":"Hello","label":2}""",
                """{"input":"Hi","output_1":"Go","output_2":"Hello","label":3}"""
            },
            {
                "mt-bench",
                """{"judge":"expert_1","model_a":"m","model_b":"n","turn":1,"winner":"model_b","conversation_a":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Go"}],"conversation_b":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}]}""",
                """{"judge":"expert_1","model_a":"m","model_b":"n","question_id":81,"turn":1,"winner":"model_b"}"""
            },
            {
                "openai-summarize",
                """{"info":{"post":"Long"},"summaries":[{"text":"Go"},{"text":"Hello"}],"choice":1,"worker":"w"}""",
                """{"info":{"post":"Long"},"summaries":[{"text":"Go"},{"text":"Hello"}],"choice":2,"worker":"w"}"""
            },
        };

    [Theory]
    [MemberData(nameof(Preferences))]
    public async Task Good_rows_land_bad_rows_are_reported_by_line_and_repeated_rows_are_counted(string format, string good, string bad)
    {
        var project = await postgres.ProjectAsync(Cancel);
        var file = string.Join('\n', good, bad, "", "{ not json", good);

        var report = (await ImportAsync(project, format, file)).Value!;

        Assert.Equal((1, 1), (report.Landed, report.Repeated));
        Assert.Equal([2L, 4L], report.Rejected.Select(r => r.Line));
        Assert.Equal("the line is not valid JSON", report.Rejected[1].Reason);
        await using var db = postgres.CreateContext();
        var ranking = await db.Rankings.Include(r => r.Items).SingleAsync(r => r.ProjectId == project, Cancel);
        var texts = await db.Completions.Where(c => c.PromptId == ranking.PromptId).ToDictionaryAsync(c => c.Id, c => c.Text, Cancel);
        Assert.Equal(["Hello", "Go"], ranking.Items.OrderBy(i => i.Rank).Select(i => texts[i.CompletionId]));
        var prompt = await db.Prompts.SingleAsync(p => p.Id == ranking.PromptId, Cancel);
        Assert.Equal(
            [("user", format == "openai-summarize" ? "POST: Long\n\nTL;DR:" : "Hi")],
            prompt.Messages.Select(m => (m.Role, m.Content))
        );

        var again = (await ImportAsync(project, format, file)).Value!;
        Assert.Equal((0, 2), (again.Landed, again.Repeated));
        Assert.Equal(1, await db.Rankings.CountAsync(r => r.ProjectId == project, Cancel));
    }

    public static TheoryData<string, string, byte[], string> BadFiles =>
        new()
        {
            {
                "nonsense",
                "f.jsonl",
                Encoding.UTF8.GetBytes(GoodPair),
                "Unknown format 'nonsense' for preferences; use one of hh-rlhf, trl, oasst, rankings, pandalm, tulu, mt-bench, llmbar, openai-summarize."
            },
            {
                "trl",
                "f.jsonl.gz",
                Encoding.UTF8.GetBytes(GoodPair),
                "f.jsonl.gz: the file's name says gzip, but its content is not; nothing was imported."
            },
            {
                "trl",
                "f.jsonl",
                [.. Encoding.UTF8.GetBytes(GoodPair + "\n{\"prompt\":\""), 0xff, 0xfe],
                "f.jsonl: line 2 is not valid UTF-8; nothing was imported."
            },
            { "trl", "f.jsonl", [], "f.jsonl: the file holds no preferences." },
            { "trl", "f.jsonl", "{}\n{}"u8.ToArray(), "f.jsonl: none of 2 rows can be imported; line 1: field 'chosen' is missing." },
            {
                "rankings",
                "f.jsonl",
                """
                {"prompt":"Q","completions":[{"id":"a","text":"x"},{"id":"b","text":"y"}],"ranks":{"a":1,"b":2}}
                {"prompt":"Q","completions":[{"id":"a","text":"x"},{"id":"b","text":"y"}],"ranks":{"a":1,"zz":2}}
                """u8.ToArray(),
                "f.jsonl: line 2: field 'ranks' names the unknown completion id 'zz'; nothing was imported."
            },
        };

    [Theory]
    [MemberData(nameof(BadFiles))]
    public async Task A_bad_file_is_refused_with_one_line_and_nothing_of_it_lands(
        string format,
        string fileName,
        byte[] bytes,
        string sentence
    )
    {
        var project = await postgres.ProjectAsync(Cancel);

        var outcome = await ImportAsync(project, format, fileName, bytes);

        Assert.Equal(sentence, outcome.Refusal?.Sentence);
        await AssertEmptyAsync(project);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(300)]
    public async Task A_gzip_file_that_was_cut_off_anywhere_is_refused(int missingBytes)
    {
        var project = await postgres.ProjectAsync(Cancel);
        var random = new Random(1);
        var lines = Enumerable
            .Range(0, 700)
            .Select(i => $$"""{"prompt":"Q{{i}}","chosen":"{{random.Next()}}","rejected":"{{random.Next()}}"}""");
        var whole = Gzip(string.Join('\n', lines));

        var outcome = await ImportAsync(project, "trl", "f.jsonl.gz", whole[..^missingBytes]);

        Assert.Equal("invalid-file", outcome.Refusal?.Code);
        Assert.Contains("damaged or cut off", outcome.Refusal!.Sentence, StringComparison.Ordinal);
        await AssertEmptyAsync(project);
        Assert.Equal(700, (await ImportAsync(project, "trl", "f.jsonl.gz", whole)).Value!.Landed);
    }

    [Fact]
    public async Task Gzip_is_also_known_by_its_first_bytes_and_a_byte_order_mark_is_dropped()
    {
        var project = await postgres.ProjectAsync(Cancel);

        var report = await ImportAsync(project, "trl", "upload", Gzip('\uFEFF' + GoodPair + "\r\n"));

        Assert.Equal(1, report.Value!.Landed);
        Assert.Empty(report.Value.Rejected);
    }

    [Theory]
    [InlineData("""{"prompt":" ","chosen":"a","rejected":"b"}""", "field 'prompt' is empty")]
    [InlineData("""{"prompt":"Q","chosen":" ","rejected":"b"}""", "field 'chosen' is empty")]
    [InlineData("""{"prompt":"Q","chosen":"a","rejected":7}""", "field 'rejected' is not a list")]
    [InlineData("""{"prompt":"Q","chosen":"a\u0000","rejected":"b"}""", "field 'chosen' contains a null character")]
    [InlineData("""{"prompt":"Q","chosen":"a\ud800","rejected":"b"}""", "field 'chosen' contains half of a surrogate pair")]
    [InlineData("""[1]""", "the line is not a JSON object")]
    public async Task The_reason_names_the_field(string row, string reason)
    {
        var project = await postgres.ProjectAsync(Cancel);

        var report = await ImportAsync(project, "trl", GoodPair + "\n" + row);

        Assert.Equal(new RejectedRow(2, reason), Assert.Single(report.Value!.Rejected));
    }

    [Fact]
    public async Task Two_imports_of_one_file_at_once_land_it_once()
    {
        var project = await postgres.ProjectAsync(Cancel);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => ImportAsync(project, "trl", GoodPair)));

        Assert.Equal(1, outcomes.Sum(o => o.Value!.Landed));
        Assert.Equal(5, outcomes.Sum(o => o.Value!.Repeated));
    }

    [Fact]
    public async Task A_ranking_on_a_criterion_that_the_project_lacks_brings_it_along_with_weight_0()
    {
        var project = await postgres.ProjectAsync(Cancel);

        await ImportAsync(
            project,
            "rankings",
            """{"prompt":"Q","completions":[{"id":"a","text":"x"},{"id":"b","text":"y"}],"ranks":{"a":1,"b":1},"criterion":"truth"}"""
        );

        await using var db = postgres.CreateContext();
        var criteria = await db.Criteria.Where(c => c.ProjectId == project).OrderBy(c => c.Position).ToListAsync(Cancel);
        Assert.Equal([(Criterion.Overall, 1.0), ("truth", 0.0)], criteria.Select(c => (c.Key, c.Weight)));
    }

    [Fact]
    public async Task Two_thousand_pairs_land_in_seconds_not_minutes()
    {
        var project = await postgres.ProjectAsync(Cancel);
        var filler = new string('x', 1000);
        var lines = Enumerable
            .Range(0, 2000)
            .Select(i => $$"""{"prompt":"Q{{i}} {{filler}}","chosen":"good {{filler}}","rejected":"bad {{filler}}"}""");
        var started = System.Diagnostics.Stopwatch.StartNew();

        var report = await ImportAsync(project, "trl", string.Join('\n', lines));

        Assert.Equal(2000, report.Value!.Landed);
        Assert.True(started.Elapsed < TimeSpan.FromSeconds(20), $"took {started.Elapsed}");
    }

    private Task<Outcome<ImportReport>> ImportAsync(Guid project, string format, string text) =>
        ImportAsync(project, format, "f.jsonl", Encoding.UTF8.GetBytes(text));

    private Task<Outcome<ImportReport>> ImportAsync(Guid project, string format, string fileName, byte[] bytes) =>
        postgres.Get<ImportPreferences>().RunAsync(project, format, fileName, new MemoryStream(bytes), importedBy: null, Cancel);

    private async Task AssertEmptyAsync(Guid project)
    {
        await using var db = postgres.CreateContext();
        Assert.False(await db.Rankings.AnyAsync(r => r.ProjectId == project, Cancel));
        Assert.False(await db.Prompts.AnyAsync(p => p.ProjectId == project, Cancel));
    }

    private static byte[] Gzip(string text)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return bytes.ToArray();
    }
}
