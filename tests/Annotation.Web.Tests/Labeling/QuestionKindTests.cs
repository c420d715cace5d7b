using System.Net;
using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json.Serialization;
using Annotation.Client.Contracts;
using Annotation.Domain.Questions;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Web.Tests.Labeling;

/// <summary>Every kind of question over HTTP: composed, asked, answered, stored.</summary>
public sealed class QuestionKindTests(WebServer server) : IClassFixture<WebServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Clients_know_the_same_kinds_of_questions_and_answers_as_the_domain()
    {
        Assert.Equal(Kinds(typeof(Question)), Kinds(typeof(QuestionRow)));
        Assert.Equal(Kinds(typeof(AnswerValue)), Kinds(typeof(AnswerValueRow)));
    }

    [Fact]
    public async Task A_pair_is_judged_by_strength_grades_flags_reason_and_edit_in_one_submit_and_each_becomes_what_it_means()
    {
        var (labeler, task, project) = await Labeler.WithTaskAsync(
            server,
            [
                new StrengthQuestionRow { Key = "overall", Steps = ["A bit better", "Better"] },
                new RatingQuestionRow { Key = "quality", Max = 7 },
                new FlagsQuestionRow { Key = "flags", Choices = [new("harmful", "Harmful"), new("biased", "Biased")] },
                new ReasonQuestionRow
                {
                    Key = "reason",
                    Tags = [new("shorter", "Shorter")],
                    MinLength = 5,
                },
                new EditQuestionRow { Key = "edit", Required = false },
            ],
            ["one", "two"],
            Cancel
        );
        Assert.Equal(["strength", "rating", "flags", "reason", "edit"], task.Questions.Select(KindOf));
        Assert.Equal(1, task.QuestionnaireVersion);
        var (first, second) = (task.Completions[0].Id, task.Completions[1].Id);

        using var answer = await labeler.SubmitAsync(
            task,
            new Dictionary<string, AnswerValueRow>
            {
                ["overall"] = new StrengthValue(second, 2) { NoneAcceptable = true },
                ["quality"] = new RatingValue(new Dictionary<Guid, int> { [first] = 2, [second] = 3 }),
                ["flags"] = new FlagsValue(new Dictionary<Guid, IReadOnlyList<string>> { [first] = ["harmful"] }),
                ["reason"] = new ReasonValue("because", ["shorter"]),
                ["edit"] = new EditValue(second, "two, but better"),
            },
            Cancel
        );

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await using var db = server.Postgres.CreateContext();
        var answers = await db.Answers.Where(a => a.AssignmentId == task.AssignmentId).ToDictionaryAsync(a => a.QuestionKey, Cancel);
        Assert.Equal(5, answers.Count);
        Assert.All(answers.Values, a => Assert.Equal((1, 1), (a.QuestionnaireVersion, a.GuidelineVersion)));
        Assert.Equal(new StrengthAnswer(second, 2) { NoneAcceptable = true }, answers["overall"].Value);
        var ids = answers.Values.Select(a => (Guid?)a.Id).ToList();
        var rankings = await db
            .Rankings.Include(r => r.Items)
            .Where(r => ids.Contains(r.AnswerId))
            .ToDictionaryAsync(r => r.AnswerId!.Value, Cancel);
        // The grades name no criterion, so they rank nothing.
        Assert.Equal(2, rankings.Count);
        Assert.Equal([(second, 1), (first, 2)], Ranked(rankings[answers["overall"].Id]));
        var written = await db.Demonstrations.SingleAsync(d => d.ProjectId == project, Cancel);
        Assert.Equal(answers["edit"].Id, written.AnswerId);
        Assert.Equal([(written.CompletionId, 1), (second, 2)], Ranked(rankings[answers["edit"].Id]));
        Assert.Equal("two, but better", (await db.Completions.SingleAsync(c => c.Id == written.CompletionId, Cancel)).Text);

        static IEnumerable<(Guid, int)> Ranked(Domain.Preferences.Ranking ranking) =>
            ranking.Items.OrderBy(i => i.Rank).Select(i => (i.CompletionId, i.Rank));
    }

    [Fact]
    public async Task Which_question_is_asked_depends_on_how_many_completions_there_are()
    {
        QuestionRow[] questions =
        [
            new StrengthQuestionRow { Key = "pair", Criterion = "overall" },
            new RankingQuestionRow
            {
                Key = "few",
                Criterion = "overall",
                MinCompletions = 3,
                MaxCompletions = 6,
            },
            new BestWorstQuestionRow
            {
                Key = "many",
                Criterion = "overall",
                MinCompletions = 7,
            },
        ];
        foreach (var (count, kind) in new[] { (2, "strength"), (4, "ranking"), (8, "best-worst") })
        {
            string[] texts = [.. Enumerable.Range(0, count).Select(i => $"text {i}")];
            var (_, task, _) = await Labeler.WithTaskAsync(server, questions, texts, Cancel);
            Assert.Equal([kind], task.Questions.Select(KindOf));
        }
    }

    [Fact]
    public async Task Incomparable_completions_are_kept_as_an_answer_and_rank_nothing()
    {
        var (labeler, task, project) = await Labeler.WithTaskAsync(server, questions: null, ["one", "two"], Cancel);

        using var answer = await labeler.SubmitAsync(
            task,
            new Dictionary<string, AnswerValueRow> { ["overall"] = new RankingValue(new Dictionary<Guid, int>()) { Incomparable = true } },
            Cancel
        );

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await using var db = server.Postgres.CreateContext();
        Assert.True(
            ((ComparisonAnswer)(await db.Answers.SingleAsync(a => a.AssignmentId == task.AssignmentId, Cancel)).Value).Incomparable
        );
        Assert.False(await db.Rankings.AnyAsync(r => r.ProjectId == project, Cancel));
    }

    [Fact]
    public async Task A_new_questionnaire_is_a_new_version_and_asks_nothing_of_work_under_way()
    {
        var (labeler, task, project) = await Labeler.WithTaskAsync(
            server,
            [new BestQuestionRow { Key = "overall" }],
            ["a", "b", "c"],
            Cancel
        );
        using var engineer = await server.ProgramOfAsync(Cancel, "engineer");
        var path = $"/api/projects/{project}/questionnaire";
        QuestionRow[] next = [new BestQuestionRow { Key = "overall" }, new ReasonQuestionRow { Key = "why", MinLength = 10 }];

        using var stale = await engineer.PutAsJsonAsync(path, new SaveQuestionnaireRequest(next, BasedOn: 0), Labeler.Json, Cancel);
        using var saved = await engineer.PutAsJsonAsync(path, new SaveQuestionnaireRequest(next, BasedOn: 1), Labeler.Json, Cancel);
        using var again = await engineer.PutAsJsonAsync(path, new SaveQuestionnaireRequest(next), Labeler.Json, Cancel);
        using var submitted = await labeler.SubmitAsync(
            task,
            new Dictionary<string, AnswerValueRow> { ["overall"] = new BestValue(task.Completions[1].Id) },
            Cancel
        );

        Assert.Equal((HttpStatusCode.Conflict, "version-taken"), (stale.StatusCode, (await stale.RefusalAsync(Cancel)).Code));
        Assert.Equal(2, (await saved.Content.ReadFromJsonAsync<QuestionnaireRow>(Labeler.Json, Cancel))!.Version);
        Assert.Equal(2, (await again.Content.ReadFromJsonAsync<QuestionnaireRow>(Labeler.Json, Cancel))!.Version);
        Assert.Equal(HttpStatusCode.OK, submitted.StatusCode);
        var first = await engineer.GetFromJsonAsync<QuestionnaireRow>(path + "?version=1", Labeler.Json, Cancel);
        Assert.Equal([new BestQuestionRow { Key = "overall" }], first!.Questions);
    }

    public static TheoryData<string, string> BadQuestionnaires =>
        new()
        {
            { """{"questions":[]}""", "1 to 50 questions" },
            { """{"questions":[{"kind":"ranking","key":"Over All"}]}""", "no question key" },
            { """{"questions":[{"kind":"ranking","key":"truth"}]}""", "no criterion 'truth'" },
            { """{"questions":[{"kind":"flags","key":"flags"}]}""", "offers no flags" },
            { """{"questions":[{"key":"a","max":11,"kind":"rating"}]}""", "use 2 to 10" },
            { """{"questions":[{"kind":"best","key":"a","criterion":"overall"},{"kind":"ranking","key":"overall"}]}""", "keep one" },
            { """{"questions":[{"kind":"reason","key":"a","minLength":9,"maxLength":3}]}""", "9 to 3 characters" },
            { """{"questions":[null]}""", "is null" },
            { """{"questions":[{"kind":"oracle","key":"a"}]}""", "oracle" },
        };

    [Theory]
    [MemberData(nameof(BadQuestionnaires))]
    public async Task A_questionnaire_that_cannot_be_asked_is_refused_with_the_reason(string body, string reason)
    {
        var project = await Testing.Given.ProjectAsync(server.Postgres, Cancel);
        using var engineer = await server.ProgramOfAsync(Cancel, "engineer");
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");

        using var answer = await engineer.PutAsync($"/api/projects/{project}/questionnaire", content, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(reason, (await answer.RefusalAsync(Cancel)).Sentence, StringComparison.Ordinal);
    }

    private static string KindOf(QuestionRow question) =>
        typeof(QuestionRow)
            .GetCustomAttributes<JsonDerivedTypeAttribute>()
            .Single(kind => kind.DerivedType == question.GetType())
            .TypeDiscriminator!.ToString()!;

    private static IEnumerable<string> Kinds(Type type) =>
        type.GetCustomAttributes<JsonDerivedTypeAttribute>().Select(kind => kind.TypeDiscriminator!.ToString()!).Order();
}
