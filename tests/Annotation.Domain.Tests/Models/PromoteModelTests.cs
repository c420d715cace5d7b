using Annotation.Domain.Models;
using Annotation.Domain.Preferences;
using Annotation.Domain.Runs;
using Annotation.Testing;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Domain.Tests.Models;

public sealed class PromoteModelTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Promotions_are_kept_and_the_last_one_writes_the_projects_completions()
    {
        var project = await postgres.ProjectAsync(Cancel);
        var (first, second) = (await postgres.ModelAsync(ModelKind.Policy, Cancel), await postgres.ModelAsync(ModelKind.Policy, Cancel));
        var engineer = await postgres.PersonAsync(Cancel, "engineer");
        var promote = postgres.Get<PromoteModel>();

        foreach (var model in new[] { first, second, first })
        {
            Assert.True((await promote.RunAsync(project, model.Id, engineer, Cancel)).Succeeded);
        }

        await using var db = postgres.CreateContext();
        Assert.Equal(first.Id, (await db.Projects.SingleAsync(p => p.Id == project, Cancel)).PromotedModelId);
        var history = await db.Promotions.Where(p => p.ProjectId == project).OrderBy(p => p.Id).ToListAsync(Cancel);
        Assert.Equal([first.Id, second.Id, first.Id], history.Select(p => p.ModelId));
        Assert.Equal(3, await db.AuditEvents.CountAsync(e => e.PersonId == engineer && e.Action == "model.promoted", Cancel));
    }

    [Fact]
    public async Task A_reward_model_is_not_promoted()
    {
        var project = await postgres.ProjectAsync(Cancel);
        var reward = await postgres.ModelAsync(ModelKind.Reward, Cancel);

        var outcome = await postgres.Get<PromoteModel>().RunAsync(project, reward.Id, null, Cancel);

        Assert.Equal("wrong-model-kind", outcome.Refusal!.Code);
        await using var db = postgres.CreateContext();
        Assert.Null((await db.Projects.SingleAsync(p => p.Id == project, Cancel)).PromotedModelId);
    }

    [Fact]
    public async Task A_policys_lineage_leads_to_its_reward_model_its_base_and_the_judgements()
    {
        var project = await postgres.ProjectAsync(Cancel);
        var start = await postgres.ModelAsync(ModelKind.Policy, Cancel);
        await using var db = postgres.CreateContext();
        var set = new PreferenceSet
        {
            ProjectId = project,
            Number = 1,
            ContentHash = new string('a', 64),
            Criteria = ["overall"],
            RankingCount = 1,
            PromptCount = 1,
            TrainCount = 1,
            ValidationCount = 0,
            TestCount = 0,
            CreatedAt = DateTimeOffset.UnixEpoch,
        };
        db.PreferenceSets.Add(set);
        await db.SaveChangesAsync(Cancel);
        var rewardRun = await RunAsync(new NewRun(RunKind.Reward, "{}") { BaseModelId = start.Id, PreferenceSetId = set.Id });
        var reward = Add(ModelKind.Reward, rewardRun, start.Id, set.Id);
        await db.SaveChangesAsync(Cancel);
        var ppoRun = await RunAsync(new NewRun(RunKind.Ppo, "{}") { BaseModelId = start.Id, RewardModelId = reward.Id });
        var policy = Add(ModelKind.Policy, ppoRun, start.Id, null);
        await db.SaveChangesAsync(Cancel);

        var lineage = (await postgres.Get<TraceModel>().RunAsync(policy.Id, Cancel)).Value!;

        Assert.Equal([policy.Id, start.Id, reward.Id], lineage.Select(t => t.Model.Id));
        Assert.Equal([ppoRun, null, rewardRun], lineage.Select(t => t.Run?.Id));
        Assert.Equal([null, null, set.Id], lineage.Select(t => t.PreferenceSet?.Id));

        async Task<Guid> RunAsync(NewRun run) =>
            (await postgres.Get<StartRun>().RunAsync(run with { ProjectId = project }, Cancel)).Value!.Id;

        Model Add(ModelKind kind, Guid run, Guid baseModel, Guid? setId)
        {
            var model = new Model
            {
                Name = $"made-{Guid.NewGuid():N}",
                Kind = kind,
                Architecture = "llama",
                ParameterCount = 1,
                ArtifactId = start.ArtifactId,
                BaseModelId = baseModel,
                RunId = run,
                PreferenceSetId = setId,
                CreatedAt = DateTimeOffset.UnixEpoch,
            };
            db.Models.Add(model);
            return model;
        }
    }
}
