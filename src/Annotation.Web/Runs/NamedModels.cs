using Annotation.Domain;
using Annotation.Domain.Data;
using Annotation.Web.Models;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Web.Runs;

/// <summary>Finds the models that a request names.</summary>
internal static class NamedModels
{
    /// <summary>The first of these models, or why one of them cannot be found; null when there are none.</summary>
    public static async Task<Outcome<Guid>?> FindFirstModelIdAsync(
        this IDbContextFactory<AnnotationDbContext> contexts,
        IEnumerable<string> models,
        CancellationToken cancellationToken
    )
    {
        Outcome<Guid>? first = null;
        foreach (var model in models)
        {
            var found = await contexts.FindModelIdAsync(model, cancellationToken);
            if (found is { Succeeded: false })
            {
                return found;
            }

            first ??= found;
        }

        return first;
    }

    /// <summary>The model of this name or id, or why it cannot be found; null when none is named.</summary>
    public static async Task<Outcome<Guid>?> FindModelIdAsync(
        this IDbContextFactory<AnnotationDbContext> contexts,
        string? model,
        CancellationToken cancellationToken
    )
    {
        if (string.IsNullOrWhiteSpace(model))
        {
            return null;
        }

        var found = await contexts.FindModelAsync(model, cancellationToken);
        return found.Succeeded ? found.Value.Id : found.Refusal;
    }
}
