using Annotation.Web.Accounts;
using Annotation.Web.Labeling;
using Annotation.Web.Models;
using Annotation.Web.Operations;
using Annotation.Web.Projects;
using Annotation.Web.Runs;
using Annotation.Web.Security;

namespace Annotation.Web.Hosting;

/// <summary>All routes of the JSON API.</summary>
internal static class Api
{
    /// <summary>
    /// Maps the API. Each group names the role it admits; requests that come with a cookie must carry the antiforgery
    /// header when they change something.
    /// </summary>
    public static void MapApi(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api").AddEndpointFilter<AntiforgeryForCookies>().DisableAntiforgery();
        api.MapAccounts();
        api.MapTeams();
        api.MapLabeling();
        api.MapOwnWork();
        api.MapDialogues();
        api.MapGuidelines();
        api.MapInquiries();
        api.MapProjects();
        api.MapQuestionnaires();
        api.MapSignals();
        api.MapDistribution();
        api.MapImports();
        api.MapExports();
        api.MapPreferenceSets();
        api.MapRuns();
        api.MapModels();
        api.MapOperations();
    }
}
