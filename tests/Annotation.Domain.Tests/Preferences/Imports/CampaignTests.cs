using System.Text;
using Annotation.Domain.Labeling;
using Annotation.Domain.Preferences.Exports;
using Annotation.Domain.Preferences.Imports;
using Annotation.Domain.Projects;
using Annotation.Domain.Questions;
using Annotation.Testing;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Domain.Tests.Preferences.Imports;

/// <summary>Whole campaigns of others: who judged what how, kept without loss.</summary>
public sealed class CampaignTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const string PandaLm = """
        [
          {"cmp_key":"m-1_m-2","instruction":"Verify.","input":"1+1=2","response1":true,"response2":"Yes.","annotator1":0,"annotator2":1,"annotator3":2},
          {"cmp_key":"m-1_m-2","instruction":"Verify.","input":"","response1":"","response2":"Yes.","annotator1":0,"annotator2":1,"annotator3":2},

          {"cmp_key":"m-1_m-2","instruction":" ","input":"Alone","response1":"a","response2":"b","annotator1":0,"annotator2":1,"annotator3":3}
        ]
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Three_annotators_of_a_pair_are_three_judgements_and_a_truth_value_is_the_text_it_was()
    {
        var project = await postgres.ProjectAsync(Cancel);

        var report = await ImportAsync(project, "pandalm", PandaLm);
        var again = await ImportAsync(project, "pandalm", PandaLm);

        Assert.Equal((3, 0), (report.Landed, report.Repeated));
        Assert.Equal((0, 3), (again.Landed, again.Repeated));
        Assert.Equal(
            [(3L, "field 'response1' is empty"), (5L, "field 'annotator3' is 3; it is 0 for a tie, 1 or 2")],
            report.Rejected.Select(r => (r.Line, r.Reason))
        );
        await using var db = postgres.CreateContext();
        var answers = await db.ImportedAnswers.Where(a => a.ProjectId == project).OrderBy(a => a.LabelerName).ToListAsync(Cancel);
        var judged = answers[0].CompletionIds.ToList();
        var first = await db.Completions.SingleAsync(c => judged.Contains(c.Id) && c.Text == "True" && c.ModelName == "m-1", Cancel);
        Assert.All(answers, a => Assert.IsType<StrengthQuestion>(a.Question));
        Assert.Equal(["annotator1", "annotator2", "annotator3"], answers.Select(a => a.LabelerName));
        Assert.Equal(
            [(null, 0), (first.Id, 1), (answers[0].CompletionIds.Single(id => id != first.Id), 1)],
            answers.Select(a => (StrengthAnswer)a.Value).Select(a => (a.Preferred, a.Strength!.Value))
        );
        Assert.Equal("Verify.\n\n1+1=2", (await db.Prompts.SingleAsync(p => p.ProjectId == project, Cancel)).Messages[0].Content);
        // The tie is a ranking of two firsts.
        Assert.Equal(
            ["1,1", "1,2", "1,2"],
            (
                await db
                    .Rankings.Where(r => r.ProjectId == project)
                    .OrderBy(r => r.LabelerName)
                    .Select(r => r.Items.Select(i => i.Rank).Order().ToList())
                    .ToListAsync(Cancel)
            ).Select(ranks => string.Join(',', ranks))
        );
    }

    [Fact]
    public async Task A_raters_later_judgement_of_the_same_pair_replaces_the_earlier_in_whatever_order_they_stand()
    {
        var project = await postgres.ProjectAsync(Cancel);
        var file = string.Join(
            '\n',
            Tulu(2, "b-is-better", "yes", "yes", 45065.75),
            Tulu(1, "a-is-slightly-better", "no", "no", 45065.5),
            Tulu(3, "tie", "yes", "no", 45065.25, rater: "rater02"),
            Tulu(4, "a-wins", "yes", "no", 45065.25)
        );

        var report = await ImportAsync(project, "tulu", file);

        // A strength and an acceptability each.
        Assert.Equal(6, report.Landed);
        Assert.Equal(
            "field 'preference' is 'a-wins'; it is tie, or a- or b- with is-slightly-better or is-better",
            Assert.Single(report.Rejected).Reason
        );
        Assert.Equal((0, 6), ((await ImportAsync(project, "tulu", file)) is var again) ? (again.Landed, again.Repeated) : default);
        await using var db = postgres.CreateContext();
        Assert.Equal(3, await db.Rankings.CountAsync(r => r.ProjectId == project, Cancel));
        var live = await db.Rankings.Live(db).Where(r => r.ProjectId == project).OrderBy(r => r.LabelerName).ToListAsync(Cancel);
        Assert.Equal(["rater01", "rater02"], live.Select(r => r.LabelerName));
        Assert.Equal(new DateTimeOffset(2023, 5, 19, 18, 0, 0, TimeSpan.Zero), live[0].JudgedAt);
        Assert.Equal(
            ["tulu-2", "tulu-2", "tulu-3", "tulu-3"],
            (await db.ImportedAnswers.Live(db).Where(a => a.ProjectId == project).ToListAsync(Cancel)).Select(a => a.Submission).Order()
        );
    }

    [Fact]
    public async Task Kto_learns_from_what_is_not_acceptable_before_what_is_better()
    {
        var project = await postgres.ProjectAsync(Cancel);
        await ImportAsync(project, "tulu", Tulu(1, "a-is-better", "no", "no", 45065.5));
        await ImportAsync(project, "tulu", Tulu(2, "a-is-better", "yes", "yes", 45065.5, prompt: "Both"));

        var lines = await ExportAsync(project, "kto");

        Assert.Equal(
            [
                """{"prompt":[{"role":"user","content":"Both"}],"completion":[{"role":"assistant","content":"one"}],"label":true}""",
                """{"prompt":[{"role":"user","content":"Both"}],"completion":[{"role":"assistant","content":"two"}],"label":true}""",
                """{"prompt":[{"role":"user","content":"Write."}],"completion":[{"role":"assistant","content":"one"}],"label":false}""",
                """{"prompt":[{"role":"user","content":"Write."}],"completion":[{"role":"assistant","content":"two"}],"label":false}""",
            ],
            lines.Order(StringComparer.Ordinal)
        );
        Assert.Contains("\"margin\":2", (await ExportAsync(project, "trl"))[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_kind_of_answer_goes_out_and_in_again_without_any_loss()
    {
        var project = await postgres.ProjectAsync(Cancel, null, "truth");
        await ImportAsync(project, "tulu", Tulu(1, "tie", "no", "no", 45065.5));
        await ImportAsync(project, "pandalm", PandaLm);
        await ImportAsync(
            project,
            "openai-summarize",
            """
            {"info":{"post":"P","title":"T","subreddit":"s"},"summaries":[{"text":"x","policy":"ppo"},{"text":"y","policy":"ref"}],"choice":0,"worker":"w1","extra":{"confidence":8}}
            {"info":{"post":"P"},"summary":{"text":"x","policy":"ppo","axes":{"overall":7,"accuracy":3,"coverage":null}},"worker":"w1"}
            """
        );
        await AnswerEverythingAsync(project);

        var first = await ExportAsync(project, "rankings");
        var copy = await postgres.ProjectAsync(Cancel);
        var report = await ImportAsync(copy, "rankings", string.Join('\n', first));
        var second = await ExportAsync(copy, "rankings");
        var back = await ImportAsync(project, "rankings", string.Join('\n', first));

        // Tülu 2, PandaLM 3, a choice, its confidence and two grades, and six answers given here.
        Assert.Equal(15, first.Count);
        Assert.Equal(first, second);
        Assert.Equal((15, 0), (report.Landed, report.Rejected.Count));
        Assert.Equal((0, 15), (back.Landed, back.Repeated));
        Assert.Contains(
            first,
            l => l.Contains("\"incomparable\":true", StringComparison.Ordinal) && !l.Contains("\"ranks\"", StringComparison.Ordinal)
        );
        Assert.Contains(
            first,
            l => l.Contains("\"flags\":{", StringComparison.Ordinal) && l.Contains("\"questionnaireVersion\":1", StringComparison.Ordinal)
        );
        Assert.Contains(
            first,
            l => l.Contains("\"kind\":\"edit\"", StringComparison.Ordinal) && l.Contains("better a", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_campaigns_completions_become_tasks_once()
    {
        var project = await postgres.ProjectAsync(Cancel, new ProjectSettings { JudgementsPerTask = 2 });
        var adaptive = new DistributionSettings { JudgementsCap = 4, RandomArmShare = 0.5 };
        await postgres.Get<ChangeDistribution>().RunAsync(project, adaptive, null, Cancel);
        async Task<ImportReport> Tasks(string format, string text) =>
            (
                await postgres
                    .Get<ImportTasks>()
                    .RunAsync(project, format, "f", new MemoryStream(Encoding.UTF8.GetBytes(text)), null, Cancel)
            ).Value!;

        var report = await Tasks("pandalm", PandaLm);
        var again = await Tasks("pandalm", PandaLm);
        await Tasks("tulu", Tulu(1, "tie", "yes", "yes", 45065.5) + "\n" + Tulu(2, "tie", "yes", "yes", 45066.5));

        Assert.Equal((1, 0, 2), (report.Landed, report.Repeated, report.Rejected.Count));
        Assert.Equal((0, 1), (again.Landed, again.Repeated));
        await using var db = postgres.CreateContext();
        var tasks = await db.LabelingTasks.Where(t => t.ProjectId == project).ToListAsync(Cancel);
        Assert.Equal(2, tasks.Count);
        // k adapts for them as for those whose completions a model wrote here.
        Assert.All(tasks, t => Assert.Equal((4, 0.5), (t.JudgementsCap, t.RandomArmShare)));
        Assert.All(tasks, t => Assert.Equal(t.Arm == LabelingTaskArm.Random ? 4 : 2, t.JudgementsWanted));
        Assert.Empty(await db.Rankings.Where(r => r.ProjectId == project).ToListAsync(Cancel));
        var person = await postgres.PersonAsync(Cancel);
        var claim = (await postgres.Get<ClaimNextAssignment>().RunAsync(person, project, holding: [], Cancel)).Value!;
        Assert.Equal(["True", "Yes."], claim.Completions.Select(c => c.Text).Order());
    }

    private async Task AnswerEverythingAsync(Guid project)
    {
        var saved = await postgres
            .Get<SaveQuestionnaire>()
            .RunAsync(
                project,
                [
                    new RankingQuestion("overall") { Complete = false },
                    new RatingQuestion("help") { Name = "Helpful?" },
                    new FlagsQuestion("flags") { Choices = FlagsQuestion.Usual },
                    new ReasonQuestion("why") { Guideline = "Say why." },
                    new StrengthQuestion("truth") { MaxCompletions = 2 },
                    new BestQuestion("best") { Criterion = "truth", MinCompletions = 3 },
                    new EditQuestion("edit") { Required = false, Criterion = "truth" },
                ],
                basedOn: null,
                savedBy: null,
                Cancel
            );
        Assert.True(saved.Succeeded, saved.Refusal?.Sentence);
        await postgres.TaskAsync(project, Cancel, 1, 0, "a", "b", "c");
        var person = await postgres.PersonAsync(Cancel);
        var claim = (await postgres.Get<ClaimNextAssignment>().RunAsync(person, project, holding: [], Cancel)).Value!;
        var ids = claim.Completions.ToDictionary(c => c.Text, c => c.Id);
        var answers = new Dictionary<string, AnswerValue>
        {
            // b is left out, wherever it was shown.
            ["overall"] = new RankingAnswer(new Dictionary<Guid, int> { [ids["c"]] = 1, [ids["a"]] = 2 }) { NoneAcceptable = true },
            ["help"] = new RatingAnswer(ids.Values.ToDictionary(id => id, _ => 4)),
            ["flags"] = new FlagsAnswer(new Dictionary<Guid, IReadOnlyList<string>> { [ids["b"]] = ["harmful", "biased"] }),
            ["why"] = new ReasonAnswer("Because: " + ids["a"]),
            ["best"] = new BestAnswer(null) { Incomparable = true },
            ["edit"] = new EditAnswer(ids["a"], "better a"),
        };
        var submitted = await postgres
            .Get<SubmitAnswers>()
            .RunAsync(new Submission(claim.AssignmentId, person, claim.Version, Guid.NewGuid(), answers, 77), Cancel);
        Assert.True(submitted.Succeeded, submitted.Refusal?.Sentence);
    }

    private static string Tulu(
        int id,
        string preference,
        string a,
        string b,
        double days,
        string rater = "rater01",
        string prompt = "Write."
    ) =>
        FormattableString.Invariant(
            $$"""{"annotation_id":{{id}},"prompt":"{{prompt}}","model_a":"m","model_b":"n","completion_a":"one","completion_b":"two","completion_a_is_acceptable":"{{a}}","completion_b_is_acceptable":"{{b}}","preference":"{{preference}}","evaluator":"{{rater}}","timestamp_excel_days":{{days}}}"""
        );

    private async Task<ImportReport> ImportAsync(Guid project, string format, string text)
    {
        var outcome = await postgres
            .Get<ImportPreferences>()
            .RunAsync(project, format, "f", new MemoryStream(Encoding.UTF8.GetBytes(text)), null, Cancel);
        Assert.True(outcome.Succeeded, outcome.Refusal?.Sentence);
        return outcome.Value;
    }

    private async Task<List<string>> ExportAsync(Guid project, string format)
    {
        var export = (await postgres.Get<ExportPreferences>().RunAsync(project, format, null, null, Cancel)).Value!;
        return await export.Lines.ToListAsync(Cancel);
    }
}
