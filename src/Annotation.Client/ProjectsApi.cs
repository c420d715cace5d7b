using Annotation.Client.Contracts;

namespace Annotation.Client;

/// <summary>Projects and their preference sets. A project is named by its name or its id.</summary>
public sealed class ProjectsApi(ApiConnection connection)
{
    /// <summary>All projects.</summary>
    public Task<IReadOnlyList<ProjectRow>> ListAsync(CancellationToken cancellation) =>
        connection.GetAsync<IReadOnlyList<ProjectRow>>("api/projects", cancellation);

    /// <summary>Creates a project.</summary>
    public Task<ProjectRow> CreateAsync(CreateProjectRequest request, CancellationToken cancellation) =>
        connection.SendAsync<ProjectRow>(HttpMethod.Post, "api/projects", request, cancellation);

    /// <summary>One project with its counts.</summary>
    public Task<ProjectRow> ShowAsync(string project, CancellationToken cancellation) =>
        connection.GetAsync<ProjectRow>(PathOf(project), cancellation);

    /// <summary>Changes a project.</summary>
    public Task<ProjectRow> ChangeAsync(string project, ChangeProjectRequest request, CancellationToken cancellation) =>
        connection.SendAsync<ProjectRow>(HttpMethod.Patch, PathOf(project), request, cancellation);

    /// <summary>What the project asks: its newest questionnaire, or an earlier version.</summary>
    public Task<QuestionnaireRow> ShowQuestionnaireAsync(string project, int? version, CancellationToken cancellation) =>
        connection.GetAsync<QuestionnaireRow>(
            PathOf(project) + "/questionnaire" + (version is null ? "" : $"?version={version}"),
            cancellation
        );

    /// <summary>The saved versions of the project's questionnaire, the newest first.</summary>
    public Task<IReadOnlyList<QuestionnaireVersionRow>> ListQuestionnairesAsync(string project, CancellationToken cancellation) =>
        connection.GetAsync<IReadOnlyList<QuestionnaireVersionRow>>(PathOf(project) + "/questionnaire/versions", cancellation);

    /// <summary>Makes a new version of the questionnaire.</summary>
    public Task<QuestionnaireRow> SaveQuestionnaireAsync(
        string project,
        SaveQuestionnaireRequest request,
        CancellationToken cancellation
    ) => connection.SendAsync<QuestionnaireRow>(HttpMethod.Put, PathOf(project) + "/questionnaire", request, cancellation);

    /// <summary>Freezes the project's rankings as they are now.</summary>
    public Task<PreferenceSetRow> FreezeAsync(string project, CancellationToken cancellation) =>
        connection.SendAsync<PreferenceSetRow>(HttpMethod.Post, PathOf(project) + "/sets", body: null, cancellation);

    /// <summary>The frozen sets of a project.</summary>
    public Task<IReadOnlyList<PreferenceSetRow>> ListSetsAsync(string project, CancellationToken cancellation) =>
        connection.GetAsync<IReadOnlyList<PreferenceSetRow>>(PathOf(project) + "/sets", cancellation);

    /// <summary>One frozen set, by number, id or hash.</summary>
    public Task<PreferenceSetRow> ShowSetAsync(string project, string set, CancellationToken cancellation) =>
        connection.GetAsync<PreferenceSetRow>($"{PathOf(project)}/sets/{Uri.EscapeDataString(set)}", cancellation);

    internal static string PathOf(string project) => $"api/projects/{Uri.EscapeDataString(project)}";
}
