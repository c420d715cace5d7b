using Annotation.Domain.Accounts;
using Annotation.Domain.Data;
using Annotation.Domain.Projects;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Annotation.Benchmarks.Labeling;

/// <summary>A project full of tasks, and labelers with tokens, put into the database without waiting for anybody.</summary>
public sealed record LoadProject(Guid Id, IReadOnlyList<LoadLabeler> Labelers)
{
    private const int PromptCount = 10_000;

    /// <summary>Makes the project.</summary>
    /// <param name="services">The domain on the database.</param>
    /// <param name="tasks">How many ranking tasks.</param>
    /// <param name="completions">How many completions each asks about.</param>
    /// <param name="k">How many people judge each.</param>
    /// <param name="labelers">How many people.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<LoadProject> CreateAsync(
        IServiceProvider services,
        int tasks,
        int completions,
        int k,
        int labelers,
        CancellationToken cancellation
    )
    {
        var project = await services
            .GetRequiredService<CreateProject>()
            .RunAsync($"load-{Guid.NewGuid():N}", new ProjectSettings { JudgementsPerTask = k }, [], false, null, cancellation);
        await AddTasksAsync(services.GetRequiredService<NpgsqlDataSource>(), project.Value, tasks, completions, k, cancellation);
        return new LoadProject(project.Value, await AddLabelersAsync(services, labelers, cancellation));
    }

    private static async Task AddTasksAsync(
        NpgsqlDataSource database,
        Guid project,
        int tasks,
        int completions,
        int k,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        foreach (
            var sql in (string[])
                [
                    Prompts,
                    Completions,
                    Tasks,
                    TaskCompletions,
                    "vacuum analyze prompts, completions, labeling_tasks, labeling_task_completions, people, api_tokens",
                ]
        )
        {
            await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
            // vacuum takes no parameters.
            if (sql.Contains('@', StringComparison.Ordinal))
            {
                command.Parameters.AddWithValue("project", project);
                command.Parameters.AddWithValue("prompts", Math.Min(tasks, PromptCount));
                command.Parameters.AddWithValue("tasks", tasks);
                command.Parameters.AddWithValue("completions", completions);
                command.Parameters.AddWithValue("k", k);
            }

            await command.ExecuteNonQueryAsync(cancellation);
        }
    }

    private static async Task<List<LoadLabeler>> AddLabelersAsync(IServiceProvider services, int count, CancellationToken cancellation)
    {
        await using var db = await services.GetRequiredService<IDbContextFactory<AnnotationDbContext>>().CreateDbContextAsync(cancellation);
        var role = await db.Roles.SingleAsync(r => r.Name == Roles.Labeler, cancellation);
        var people = Enumerable
            .Range(0, count)
            .Select(_ => Guid.NewGuid())
            .Select(id => new Person
            {
                UserName = $"load-{id:N}",
                NormalizedUserName = $"LOAD-{id:N}".ToUpperInvariant(),
                DisplayName = "Load",
                CreatedAt = TimeProvider.System.Now(),
            })
            .ToList();
        db.People.AddRange(people);
        db.UserRoles.AddRange(people.Select(p => new IdentityUserRole<Guid> { UserId = p.Id, RoleId = role.Id }));
        await db.SaveChangesAsync(cancellation);
        var issue = services.GetRequiredService<IssueApiToken>();
        var labelers = new List<LoadLabeler>();
        foreach (var person in people)
        {
            var token = await issue.RunAsync(person.Id, "load", lifetime: null, cancellation);
            labelers.Add(new LoadLabeler(person.Id, token.Value!.Text));
        }

        return labelers;
    }

    // Texts of the length that labelers read: a prompt of 200 and completions of 600 characters.
    private const string Prompts = """
        insert into prompts (id, project_id, messages, text_hash, split, source, created_at)
        select gen_random_uuid(), @project, jsonb_build_array(jsonb_build_object('role', 'user', 'content', repeat('word' || n || ' ', 25))),
               sha256(convert_to(@project::text || n, 'UTF8')), 'train', 'load', now()
        from generate_series(1, @prompts) n
        """;

    private const string Completions = """
        insert into completions (id, prompt_id, text, text_hash, model_name, created_at)
        select gen_random_uuid(), p.id, repeat('An answer of **some** length, ' || n || '. ', 18), sha256(convert_to(p.id::text || n, 'UTF8')), 'load', now()
        from prompts p, generate_series(1, @completions) n
        where p.project_id = @project
        """;

    // Ids grow with the order of creation, as those of the program do.
    private const string Tasks = """
        insert into labeling_tasks (id, project_id, prompt_id, kind, priority, judgements_floor, judgements_wanted, judgements_cap, judgement_count, lease_count, two_sided, random_arm_share, created_at)
        select (substr(@project::text, 1, 8) || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, @project, p.id, 'ranking', 0, @k, @k, @k, 0, 0, false, 0, now()
        from generate_series(1, @tasks) n
        join (select id, row_number() over () as number from prompts where project_id = @project) p on p.number = 1 + n % @prompts
        """;

    private const string TaskCompletions = """
        insert into labeling_task_completions (task_id, completion_id, position)
        select t.id, c.id, row_number() over (partition by t.id) - 1
        from labeling_tasks t join completions c on c.prompt_id = t.prompt_id
        where t.project_id = @project
        """;
}

/// <summary>A person who labels by program.</summary>
public sealed record LoadLabeler(Guid PersonId, string Token);
