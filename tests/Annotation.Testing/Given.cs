using Annotation.Domain.Accounts;
using Annotation.Domain.Models;
using Annotation.Domain.Projects;
using Annotation.Domain.Prompts;

namespace Annotation.Testing;

/// <summary>What a test starts from, made by the use cases that people use.</summary>
public static class Given
{
    public const string Password = "correct horse battery";

    /// <summary>A project with the criterion overall and these others.</summary>
    public static async Task<Guid> ProjectAsync(
        this PostgresFixture postgres,
        CancellationToken cancellationToken,
        ProjectSettings? settings = null,
        params string[] criteria
    )
    {
        var created = await postgres
            .Get<CreateProject>()
            .RunAsync(
                $"project-{Guid.NewGuid():N}",
                settings ?? new ProjectSettings(),
                [.. criteria.Select(c => new NewCriterion(c, c))],
                isDemo: false,
                createdBy: null,
                cancellationToken
            );
        return created.Value;
    }

    /// <summary>A person with these roles; a labeler when none is given.</summary>
    public static async Task<Guid> PersonAsync(this PostgresFixture postgres, CancellationToken cancellationToken, params string[] roles)
    {
        var name = $"person-{Guid.NewGuid():N}";
        var created = await postgres
            .Get<CreatePerson>()
            .RunAsync(name, name, Password, roles is [] ? [Roles.Labeler] : roles, createdBy: null, cancellationToken);
        return created.Value;
    }

    /// <summary>A prompt of one user turn.</summary>
    public static async Task<Prompt> PromptAsync(
        this PostgresFixture postgres,
        Guid projectId,
        string text,
        CancellationToken cancellationToken
    )
    {
        await using var db = postgres.CreateContext();
        var prompt = Prompt.Create(projectId, PromptMessage.FromUser(text), "typed", postgres.Clock.GetUtcNow());
        db.Prompts.Add(prompt);
        await db.SaveChangesAsync(cancellationToken);
        return prompt;
    }

    /// <summary>A registered model without files.</summary>
    public static async Task<Model> ModelAsync(this PostgresFixture postgres, ModelKind kind, CancellationToken cancellationToken)
    {
        await using var db = postgres.CreateContext();
        var at = postgres.Clock.GetUtcNow();
        var artifact = new Artifact
        {
            Path = $"models/{Guid.NewGuid():N}",
            Sha256 = new string('0', 64),
            ByteCount = 0,
            CreatedAt = at,
        };
        var model = new Model
        {
            Name = $"model-{Guid.NewGuid():N}",
            Kind = kind,
            Architecture = "llama",
            ParameterCount = 1,
            ArtifactId = artifact.Id,
            Criteria = kind == ModelKind.Reward ? [Criterion.Overall] : null,
            CreatedAt = at,
        };
        db.Artifacts.Add(artifact);
        db.Models.Add(model);
        await db.SaveChangesAsync(cancellationToken);
        return model;
    }
}
