using System.Text.Json;
using Annotation.Domain.Data;
using Annotation.Domain.Prompts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Annotation.Domain.Preferences.Imports;

/// <summary>Stores prompts and completions many at a time, each text once, and finds those that are there.</summary>
internal static class TextStore
{
    /// <summary>The ids of the prompts by text hash (hexadecimal), and how many of them are new.</summary>
    public static async Task<(Dictionary<string, Guid> Ids, int NewCount)> AddPromptsAsync(
        this AnnotationDbContext db,
        Guid projectId,
        IEnumerable<IReadOnlyList<PromptMessage>> prompts,
        string source,
        DateTimeOffset at,
        CancellationToken cancellationToken
    )
    {
        var rows = prompts
            .Select(messages => Prompt.Create(projectId, messages, source, at))
            .DistinctBy(p => Convert.ToHexStringLower(p.TextHash))
            .ToList();
        var hashes = rows.Select(p => p.TextHash).ToArray();
        await using var insert = db.Command(
            """
            insert into prompts (id, project_id, messages, text_hash, split, source, language, created_at)
            select id, $1, messages::jsonb, text_hash, split, $2, (select language from projects where id = $1), $3
            from unnest($4, $5, $6, $7) as row (id, messages, text_hash, split)
            on conflict (project_id, text_hash) do nothing
            """,
            projectId,
            source,
            at,
            rows.Select(p => p.Id).ToArray(),
            rows.Select(p => JsonSerializer.Serialize(p.Messages)).ToArray(),
            hashes,
            rows.Select(p => EnumText<Split>.Write(p.Split)).ToArray()
        );
        var added = await insert.ExecuteNonQueryAsync(cancellationToken);
        var ids = await db
            .Prompts.Where(p => p.ProjectId == projectId && hashes.Contains(p.TextHash))
            .Select(p => new { p.Id, p.TextHash })
            .ToDictionaryAsync(p => Convert.ToHexStringLower(p.TextHash), p => p.Id, cancellationToken);
        return (ids, added);
    }

    /// <summary>The ids of completions that no registered model and no person of this installation wrote.</summary>
    public static async Task<Dictionary<CompletionKey, Guid>> AddCompletionsAsync(
        this AnnotationDbContext db,
        IEnumerable<(Guid PromptId, RankedCompletion Completion)> completions,
        DateTimeOffset at,
        CancellationToken cancellationToken
    )
    {
        var rows = completions.DistinctBy(c => CompletionKey.Of(c.PromptId, c.Completion)).ToList();
        var prompts = rows.Select(c => c.PromptId).ToArray();
        var hashes = rows.Select(c => PromptText.Hash(c.Completion.Text)).ToArray();
        await using var insert = db.Command(
            """
            insert into completions (id, prompt_id, text, text_hash, model_name, sampling_settings, seed, created_at)
            select id, prompt_id, text, text_hash, model_name, settings::jsonb, seed, $1
            from unnest($2, $3, $4, $5, $6, $7, $8)
                as row (id, prompt_id, text, text_hash, model_name, settings, seed)
            on conflict (prompt_id, text_hash, model_id, model_name, person_id) do nothing
            """,
            at,
            rows.Select(_ => Guid.CreateVersion7()).ToArray(),
            prompts,
            rows.Select(c => c.Completion.Text).ToArray(),
            hashes,
            rows.Select(c => c.Completion.ModelName).ToArray(),
            rows.Select(c => c.Completion.SamplingSettings).ToArray(),
            rows.Select(c => c.Completion.Seed).ToArray()
        );
        await insert.ExecuteNonQueryAsync(cancellationToken);
        var found = await db
            .Completions.Where(c => prompts.Contains(c.PromptId) && hashes.Contains(c.TextHash) && c.ModelId == null && c.PersonId == null)
            .Select(c => new
            {
                c.Id,
                c.PromptId,
                c.TextHash,
                c.ModelName,
            })
            .ToListAsync(cancellationToken);
        return found.ToDictionary(c => new CompletionKey(c.PromptId, Convert.ToHexStringLower(c.TextHash), c.ModelName), c => c.Id);
    }

    /// <summary>A command in the context's transaction, which must have begun.</summary>
    public static NpgsqlCommand Command(this AnnotationDbContext db, string sql, params object[] values)
    {
        var transaction = (NpgsqlTransaction)db.Database.CurrentTransaction!.GetDbTransaction();
        var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }
}

/// <summary>What makes an imported completion the same as another.</summary>
internal sealed record CompletionKey(Guid PromptId, string TextHash, string? ModelName)
{
    public static CompletionKey Of(Guid promptId, RankedCompletion completion) =>
        new(promptId, Convert.ToHexStringLower(PromptText.Hash(completion.Text)), completion.ModelName);
}
