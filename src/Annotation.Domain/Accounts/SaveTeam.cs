using Annotation.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Accounts;

/// <summary>Makes a team, or changes who is in it.</summary>
public sealed class SaveTeam(IDbContextFactory<AnnotationDbContext> contexts, TimeProvider time)
{
    /// <summary>Stores the team under its name with exactly these members and returns its id.</summary>
    public async Task<Outcome<Guid>> RunAsync(
        string name,
        IReadOnlyCollection<Guid> members,
        Guid? changedBy,
        CancellationToken cancellationToken
    )
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > 100 || name.Contains('\0', StringComparison.Ordinal))
        {
            return new Refusal("invalid-team", "Give the team a name of 1 to 100 characters.");
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // Changes of teams are rare: they wait for each other.
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtext('teams'))", cancellationToken);
        var known = await db.People.Where(p => members.Contains(p.Id)).Select(p => p.Id).ToListAsync(cancellationToken);
        if (members.Except(known).FirstOrDefault() is var unknown && unknown != Guid.Empty)
        {
            return new Refusal("unknown-person", $"There is no person {unknown}.");
        }

        var at = time.Now();
        var team = await db.Teams.Include(t => t.Members).SingleOrDefaultAsync(t => t.Name == name, cancellationToken);
        if (team is null)
        {
            team = new Team { Name = name, CreatedAt = at };
            db.Teams.Add(team);
        }

        db.RemoveRange(team.Members.Where(m => !members.Contains(m.PersonId)));
        team.Members.AddRange(known.Except(team.Members.Select(m => m.PersonId)).Select(id => new TeamMember { PersonId = id }));
        db.Audit(at, changedBy, "team.saved", name, new { members = known });
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return team.Id;
    }
}
