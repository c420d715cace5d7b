using Annotation.Domain.Projects;
using Annotation.Testing;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Domain.Tests.Projects;

public sealed class ProjectTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_project_always_has_the_criterion_overall_with_weight_1_and_the_others_start_at_0()
    {
        var id = (await CreateAsync("loop", new("truth", "Truth"), new("harm", "Harmlessness", Weight: -0.5))).Value;

        await using var db = postgres.CreateContext();
        var criteria = await db.Criteria.Where(c => c.ProjectId == id).OrderBy(c => c.Position).ToListAsync(Cancel);
        Assert.Equal([("overall", 1.0), ("truth", 0.0), ("harm", -0.5)], criteria.Select(c => (c.Key, c.Weight)));
        Assert.True(await db.AuditEvents.AnyAsync(e => e.Action == "project.created" && e.Subject == "loop", Cancel));
    }

    [Fact]
    public async Task Names_are_unique_and_well_formed_and_settings_are_in_range()
    {
        Assert.Equal("invalid-name", (await CreateAsync("a b")).Refusal!.Code);
        Assert.Equal("invalid-criterion", (await CreateAsync("c1", new NewCriterion("Big", "Big"))).Refusal!.Code);
        Assert.Equal("invalid-criterion", (await CreateAsync("c2", new("a", "A"), new("a", "A"))).Refusal!.Code);
        Assert.Equal("invalid-criterion", (await CreateAsync("c3", new NewCriterion("overall", "O", "", 2))).Refusal!.Code);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => CreateAsync("same")));
        Assert.Single(outcomes, o => o.Succeeded);
        Assert.All(outcomes.Where(o => !o.Succeeded), o => Assert.Equal("name-taken", o.Refusal!.Code));

        var ten = await postgres
            .Get<CreateProject>()
            .RunAsync("ten", new ProjectSettings { CompletionsPerTask = 10 }, [], false, null, Cancel);
        Assert.Contains("between 2 and 9", ten.Refusal!.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_guideline_version_grows_with_the_guideline_and_the_criteria_only()
    {
        var id = (await CreateAsync("guided")).Value;
        var change = postgres.Get<ChangeProject>();

        Assert.Equal(1, (await change.RunAsync(id, new ProjectSettings { Description = "d" }, null, Cancel)).Value);
        Assert.Equal(2, (await change.RunAsync(id, new ProjectSettings { Guideline = "Be kind." }, null, Cancel)).Value);
        var saved = await postgres.Get<SaveCriterion>().RunAsync(id, new NewCriterion("new", "New"), null, Cancel);
        Assert.Equal(3, saved.Value);
    }

    private Task<Outcome<Guid>> CreateAsync(string name, params NewCriterion[] criteria) =>
        postgres.Get<CreateProject>().RunAsync(name, new ProjectSettings(), criteria, false, null, Cancel);
}
