using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Annotation.Domain.Data;
using Annotation.Domain.Prompts;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Labeling;

/// <summary>Stores what a labeler declares (languages, content not to be shown) and how their page is set up.</summary>
public sealed partial class SaveLabelerSettings(IDbContextFactory<AnnotationDbContext> contexts)
{
    private const int MaxPageBytes = 64 * 1024;

    /// <summary>Replaces the settings. Languages and categories are stored in lower case, each once.</summary>
    /// <param name="personId">The labeler.</param>
    /// <param name="languages">BCP 47, such as <c>pt-br</c>.</param>
    /// <param name="optedOut">Keys of sensitive categories.</param>
    /// <param name="page">Whatever the page keeps; null: nothing.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task<Outcome<Guid>> RunAsync(
        Guid personId,
        IReadOnlyList<string> languages,
        IReadOnlyList<string> optedOut,
        JsonElement? page,
        CancellationToken cancellationToken
    )
    {
        if (languages.Count > 50 || optedOut.Count > 50)
        {
            return new Refusal("invalid-settings", "Declare at most 50 languages and 50 categories.");
        }

        if (languages.FirstOrDefault(l => !LanguagePattern().IsMatch(l)) is { } language)
        {
            return new Refusal("invalid-settings", $"'{language}' is no language tag; write it like en, de or pt-BR.");
        }

        if (optedOut.FirstOrDefault(c => !CategoryPattern().IsMatch(c)) is { } category)
        {
            return new Refusal("invalid-settings", $"'{category}' is no category; use lower-case letters, digits and hyphens.");
        }

        var text = page is { ValueKind: not JsonValueKind.Undefined and not JsonValueKind.Null } json ? json.GetRawText() : null;
        if (
            text is not null
            && (Encoding.UTF8.GetByteCount(text) > MaxPageBytes || !PromptText.IsStorable(text) || text.Contains("\\u0000"))
        )
        {
            return new Refusal("invalid-settings", "The page's settings are larger than 64 kB or hold a null character.");
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var person = await db.People.SingleOrDefaultAsync(p => p.Id == personId, cancellationToken);
        if (person is null)
        {
            return new Refusal("unknown-person", "Your account is not active; ask an admin.");
        }

        person.Languages = [.. languages.Select(l => l.ToLowerInvariant()).Distinct()];
        person.OptedOut = [.. optedOut.Distinct()];
        person.PageSettings = text;
        await db.SaveChangesAsync(cancellationToken);
        return person.Id;
    }

    [GeneratedRegex("^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")]
    private static partial Regex LanguagePattern();

    [GeneratedRegex("^[a-z][a-z0-9-]{0,49}$")]
    private static partial Regex CategoryPattern();
}
