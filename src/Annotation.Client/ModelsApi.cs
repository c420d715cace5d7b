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
    /// <param name="folder">A model's folder, or with a base model a PEFT adapter's.</param>
    /// <param name="name">The new model's name.</param>
    /// <param name="baseModel">Name or id of the model that an adapter belongs to; null for a whole model.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<RunRow> ImportAsync(string folder, string name, string? baseModel, CancellationToken cancellation)
    {
        var path = $"api/models?name={Uri.EscapeDataString(name)}";
        if (baseModel is not null)
        {
            path += $"&base={Uri.EscapeDataString(baseModel)}";
        }

        return connection.UploadAsync<RunRow>(path, new ModelFolderContent(folder, isAdapter: baseModel is not null), cancellation);
    }

    /// <summary>Writes a model's files into a folder, which is made; it must not exist or be empty.</summary>
    /// <param name="model">Name or id.</param>
    /// <param name="folder">The new folder.</param>
    /// <param name="adapterOnly">Only the adapter that the model was trained with, in PEFT's form.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The names of the files.</returns>
    public async Task<IReadOnlyList<string>> ExportAsync(string model, string folder, bool adapterOnly, CancellationToken cancellation)
    {
        using var response = await connection.DownloadAsync(PathOf(model) + "/files" + (adapterOnly ? "?adapter=true" : ""), cancellation);
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
