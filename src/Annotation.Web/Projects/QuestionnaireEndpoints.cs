using System.Security.Claims;
using Annotation.Client.Contracts;
using Annotation.Domain.Data;
using Annotation.Domain.Questions;
using Annotation.Web.Hosting;
using Annotation.Web.Labeling;
using Annotation.Web.Security;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Web.Projects;

/// <summary>What a project asks its labelers.</summary>
internal static class QuestionnaireEndpoints
{
    /// <summary>Maps the routes.</summary>
    public static void MapQuestionnaires(this IEndpointRouteBuilder api)
    {
        var project = api.MapGroup("/projects/{p}/questionnaire").RequireAuthorization(RolePolicies.Engineer);
        project.MapGet("/", GetAsync).Produces<QuestionnaireRow>();
        project.MapPut("/", SaveAsync).Produces<QuestionnaireRow>();
        project.MapGet("/versions", ListAsync).Produces<IReadOnlyList<QuestionnaireVersionRow>>();
    }

    private static async Task<IResult> ListAsync(
        string p,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    ) =>
        await (await contexts.FindProjectAsync(p, cancellationToken)).Reply(async project =>
            Results.Json(await contexts.ListQuestionnairesAsync(project.Id, cancellationToken))
        );

    /// <param name="version">An earlier version; none for the newest.</param>
    private static async Task<IResult> GetAsync(
        string p,
        int? version,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    )
    {
        var found = await contexts.FindProjectAsync(p, cancellationToken);
        return found.Succeeded
            ? (await contexts.FindQuestionnaireAsync(found.Value.Id, version, cancellationToken)).Reply()
            : found.Refusal.Reply();
    }

    private static async Task<IResult> SaveAsync(
        string p,
        SaveQuestionnaireRequest request,
        ClaimsPrincipal user,
        SaveQuestionnaire save,
        IDbContextFactory<AnnotationDbContext> contexts,
        CancellationToken cancellationToken
    )
    {
        var found = await contexts.FindProjectAsync(p, cancellationToken);
        if (!found.Succeeded)
        {
            return found.Refusal.Reply();
        }

        var saved = await save.RunAsync(
            found.Value.Id,
            [.. request.Questions.Select(q => q.ToDomain())],
            request.BasedOn,
            user.PersonId(),
            cancellationToken
        );
        return await saved.Reply(async questionnaire =>
            (await contexts.FindQuestionnaireAsync(found.Value.Id, questionnaire.Version, cancellationToken)).Reply()
        );
    }
}
