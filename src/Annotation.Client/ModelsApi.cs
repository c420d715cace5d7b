using Annotation.Client.Contracts;

namespace Annotation.Client;

/// <summary>Models. A model is named by its name or its id.</summary>
public sealed class ModelsApi(ApiConnection connection)
{
    /// <summary>All models.</summary>
    public Task<IReadOnlyList<ModelRow>> ListAsync(CancellationToken cancellation) =>
        connection.GetAsync<IReadOnlyList<ModelRow>>("api/models", cancellation);

    /// <summary>One model with its lineage.</summary>
    public Task<ModelRow> ShowAsync(string model, CancellationToken cancellation) =>
        connection.GetAsync<ModelRow>(PathOf(model), cancellation);

    /// <summary>Sends a model folder; the run that comes back validates and registers it.</summary>
    public Task<RunRow> ImportAsync(string folder, string name, CancellationToken cancellation) =>
        connection.UploadAsync<RunRow>($"api/models?name={Uri.EscapeDataString(name)}", new ModelFolderContent(folder), cancellation);

    /// <summary>Writes a model's files into a folder, which is made; it must not exist or be empty.</summary>
    /// <returns>The names of the files.</returns>
    public async Task<IReadOnlyList<string>> ExportAsync(string model, string folder, CancellationToken cancellation)
    {
        using var response = await connection.DownloadAsync(PathOf(model) + "/files", cancellation);
        await using var tar = await response.Content.ReadAsStreamAsync(cancellation);
        return await ModelFolderContent.ReadAsync(tar, folder, cancellation);
    }

    /// <summary>Promotes a policy: new completions and chats are by it from now on.</summary>
    /// <param name="model">Name or id.</param>
    /// <param name="project">Where; null: in the project of the run that made it.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<ModelRow> PromoteAsync(string model, string? project, CancellationToken cancellation) =>
        connection.SendAsync<ModelRow>(HttpMethod.Post, PathOf(model) + "/promote", new PromoteRequest(project), cancellation);

    private static string PathOf(string model) => $"api/models/{Uri.EscapeDataString(model)}";
}
