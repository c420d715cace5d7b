using System.CommandLine;
using Annotation.Cli.Terminal;
using Annotation.Client.Contracts;

namespace Annotation.Cli.Accounts;

/// <summary>`people` and `tokens`: who may sign in, and with what a program signs in.</summary>
public static class AccountVerbs
{
    private static readonly string[] Roles = ["admin", "engineer", "labeler"];

    /// <summary>`people create|list`.</summary>
    public static Command People() => new("people", "People and their roles") { CreatePerson(), ListPeople() };

    /// <summary>`tokens create|revoke`.</summary>
    public static Command Tokens() => new("tokens", "API tokens") { CreateToken(), Revoke() };

    private static Command CreatePerson()
    {
        var name = new Argument<string>("USER") { Description = "The user name" };
        var display = new Option<string?>("--name") { Description = "The name shown (default: the user name)" };
        var roles = new Option<string[]>("--role")
        {
            Description = "admin, engineer or labeler; may be repeated (default: labeler)",
            DefaultValueFactory = _ => ["labeler"],
        };
        roles.AcceptOnlyFromAmong(Roles);
        return new Command("create", "Create a person; the password is made up and shown once") { name, display, roles }.Does(
            async (invocation, cancellation) =>
            {
                using var client = invocation.Connect();
                var user = invocation.Value(name);
                var person = await client.Accounts.CreatePersonAsync(
                    new CreatePersonRequest(user, invocation.Value(display) ?? user, invocation.Value(roles)),
                    cancellation
                );
                invocation.Write(
                    person,
                    writer => FactList.Write(writer, ("user", person.UserName), ("password", person.Password), ("id", person.Id))
                );
            }
        );
    }

    private static Command ListPeople() =>
        new Command("list", "List people").Does(
            async (invocation, cancellation) =>
            {
                using var client = invocation.Connect();
                var people = await client.Accounts.ListPeopleAsync(cancellation);
                var table = new TextTable("User", "Name", "Roles", "Created", "Disabled");
                foreach (var person in people)
                {
                    table.Add(person.UserName, person.DisplayName, person.Roles, person.CreatedAt, person.DisabledAt);
                }

                invocation.Write(people, table.WriteTo);
            }
        );

    private static Command CreateToken()
    {
        var name = new Argument<string>("NAME") { Description = "What the token is for" };
        var person = new Option<string?>("--person") { Description = "User name of another person; for admins", HelpName = "USER" };
        var days = new Option<int?>("--days") { Description = "How long it works (default: until revoked)" };
        return new Command("create", "Issue a token; it is shown once") { name, person, days }.Does(
            async (invocation, cancellation) =>
            {
                using var client = invocation.Connect();
                Guid? owner = null;
                if (invocation.Value(person) is { } user)
                {
                    var people = await client.Accounts.ListPeopleAsync(cancellation);
                    owner =
                        people.FirstOrDefault(p => p.UserName == user)?.Id
                        ?? throw new CommandFailedException($"There is no person {user}: `annotation people list` names them.");
                }

                DateTimeOffset? expires = invocation.Value(days) is { } count ? invocation.Time.GetUtcNow().AddDays(count) : null;
                var token = await client.Accounts.IssueTokenAsync(
                    new IssueTokenRequest(invocation.Value(name), owner, expires),
                    cancellation
                );
                invocation.Write(token, writer => FactList.Write(writer, ("token", token.Token), ("id", token.Id)));
            }
        );
    }

    private static Command Revoke()
    {
        var id = new Argument<Guid>("ID") { Description = "The token's id" };
        return new Command("revoke", "Revoke a token") { id }.Does(
            async (invocation, cancellation) =>
            {
                using var client = invocation.Connect();
                await client.Accounts.RevokeTokenAsync(invocation.Value(id), cancellation);
                invocation.Write(new { revoked = invocation.Value(id) }, writer => writer.WriteLine($"Revoked {invocation.Value(id)}"));
            }
        );
    }
}
