using System.Security.Cryptography;
using System.Text;
using Annotation.Domain.Accounts;
using Annotation.Testing;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Domain.Tests.Accounts;

public sealed class AccountTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_stands_for_its_person_and_only_the_hash_of_its_secret_is_stored()
    {
        var person = await postgres.PersonAsync(Cancel, Roles.Engineer, Roles.Labeler);

        var token = (await IssueAsync(person)).Value!;
        var bearer = (await VerifyAsync(token.Text)).Value!;

        Assert.Equal(person, bearer.PersonId);
        Assert.Equal([Roles.Engineer, Roles.Labeler], bearer.Roles.Order());
        var parts = token.Text.Split('_');
        Assert.Equal(["ann", token.Id.ToString("N")], parts[..2]);
        await using var db = postgres.CreateContext();
        var row = await db.ApiTokens.SingleAsync(t => t.Id == token.Id, Cancel);
        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes(parts[2])), row.SecretHash);
        Assert.NotNull(row.LastUsedAt);
    }

    [Fact]
    public async Task Wrong_revoked_expired_tokens_and_those_of_disabled_people_are_refused_alike()
    {
        var person = await postgres.PersonAsync(Cancel);
        var good = (await IssueAsync(person)).Value!;
        var other = (await IssueAsync(person)).Value!;
        var brief = (await IssueAsync(person, TimeSpan.FromMinutes(1))).Value!;
        var revoked = (await IssueAsync(person)).Value!;
        await postgres.Get<RevokeApiToken>().RunAsync(revoked.Id, person, Cancel);
        postgres.Clock.Advance(TimeSpan.FromMinutes(2));
        var mixed = $"ann_{good.Id:N}_{other.Text.Split('_')[2]}";

        foreach (var text in new[] { null, "", "ann_", "bearer x", good.Text[..^1], good.Text + "x", mixed, brief.Text, revoked.Text })
        {
            Assert.Equal("invalid-token", (await VerifyAsync(text)).Refusal!.Code);
        }

        Assert.True((await VerifyAsync(good.Text)).Succeeded);
        await postgres.Get<DisablePerson>().RunAsync(person, disabled: true, null, Cancel);
        Assert.Equal("invalid-token", (await VerifyAsync(good.Text)).Refusal!.Code);
        Assert.Equal("unknown-person", (await IssueAsync(person)).Refusal!.Code);
    }

    [Fact]
    public async Task Only_the_bearer_revokes_a_token()
    {
        var person = await postgres.PersonAsync(Cancel);
        var token = (await IssueAsync(person)).Value!;

        var outcome = await postgres.Get<RevokeApiToken>().RunAsync(token.Id, await postgres.PersonAsync(Cancel), Cancel);

        Assert.Equal("unknown-token", outcome.Refusal!.Code);
        Assert.True((await VerifyAsync(token.Text)).Succeeded);
    }

    [Fact]
    public async Task A_person_needs_a_long_password_a_new_name_and_a_known_role()
    {
        var create = postgres.Get<CreatePerson>();

        var shortPassword = await create.RunAsync("zoe", "Zoe", "short", [Roles.Labeler], null, Cancel);
        var made = await create.RunAsync("zoe", "Zoe", Given.Password, [Roles.Labeler], null, Cancel);
        var again = await create.RunAsync("ZOE", "Zoe", Given.Password, [Roles.Labeler], null, Cancel);
        var unknown = await create.RunAsync("yan", "Yan", Given.Password, ["king"], null, Cancel);

        Assert.Contains("12", shortPassword.Refusal!.Sentence, StringComparison.Ordinal);
        Assert.True(made.Succeeded);
        Assert.Equal("invalid-person", again.Refusal!.Code);
        Assert.Equal("unknown-role", unknown.Refusal!.Code);
    }

    [Fact]
    public async Task The_last_active_admin_can_neither_lose_the_role_nor_be_disabled_also_when_two_try_at_once()
    {
        await using var db = postgres.CreateContext();
        var first = (await db.People.SingleAsync(p => p.UserName == "admin", Cancel)).Id;
        var change = postgres.Get<ChangeRoles>();
        var disable = postgres.Get<DisablePerson>();
        Assert.Equal("last-admin", (await change.RunAsync(first, [Roles.Labeler], null, Cancel)).Refusal!.Code);

        var second = await postgres.PersonAsync(Cancel, Roles.Admin);
        var outcomes = await Task.WhenAll(
            disable.RunAsync(first, disabled: true, null, Cancel),
            disable.RunAsync(second, disabled: true, null, Cancel)
        );

        Assert.Equal("last-admin", Assert.Single(outcomes, o => !o.Succeeded).Refusal!.Code);
        await disable.RunAsync(first, disabled: false, null, Cancel);
        Assert.Equal([Roles.Engineer], (await change.RunAsync(second, [Roles.Engineer], first, Cancel)).Value!);
        var audit = await db.AuditEvents.SingleAsync(e => e.Action == "person.roles-changed", Cancel);
        Assert.Equal(first, audit.PersonId);
    }

    private Task<Outcome<IssuedToken>> IssueAsync(Guid person, TimeSpan? lifetime = null) =>
        postgres.Get<IssueApiToken>().RunAsync(person, "script", lifetime, Cancel);

    private Task<Outcome<TokenBearer>> VerifyAsync(string? text) => postgres.Get<VerifyApiToken>().RunAsync(text, Cancel);
}
