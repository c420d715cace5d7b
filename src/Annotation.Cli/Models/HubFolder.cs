using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace Annotation.Cli.Models;

/// <summary>A model of the Hugging Face hub, downloaded into a temporary folder that goes with this object.</summary>
/// <remarks>The hub is the one of HF_ENDPOINT, signed in to with HF_TOKEN, as with the hub's own tools.</remarks>
public sealed class HubFolder : IDisposable
{
    private const string PublicHub = "https://huggingface.co";

    private HubFolder(string path) => Path = path;

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Downloads a model's configuration, weights (safetensors) and tokenizer.</summary>
    /// <param name="name">OWNER/NAME.</param>
    /// <param name="say">Told about each file.</param>
    /// <param name="cancellation">Ends the download.</param>
    /// <exception cref="CommandFailedException">The hub has no such model, or cannot be reached.</exception>
    public static async Task<HubFolder> DownloadAsync(string name, Action<string> say, CancellationToken cancellation)
    {
        var hub = (Environment.GetEnvironmentVariable("HF_ENDPOINT") ?? PublicHub).TrimEnd('/');
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        if (Environment.GetEnvironmentVariable("HF_TOKEN") is { Length: > 0 } token)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        var folder = new HubFolder(Directory.CreateTempSubdirectory("annotation-hub-").FullName);
        try
        {
            var model =
                await http.GetFromJsonAsync<HubModel>($"{hub}/api/models/{name}", cancellation)
                ?? throw new CommandFailedException($"{hub} says nothing about {name}.");
            foreach (var file in model.Siblings.Select(sibling => sibling.Rfilename).Where(IsWanted))
            {
                say($"Downloading {file}");
                await using var source = await http.GetStreamAsync($"{hub}/{name}/resolve/main/{file}", cancellation);
                await using var target = File.Create(System.IO.Path.Combine(folder.Path, file));
                await source.CopyToAsync(target, cancellation);
            }

            return folder;
        }
        catch (HttpRequestException e)
        {
            folder.Dispose();
            throw new CommandFailedException(
                e.StatusCode switch
                {
                    HttpStatusCode.NotFound => $"There is no model {name} at {hub}.",
                    HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden =>
                        $"{hub} does not let {name} be read: set HF_TOKEN to a token that may.",
                    _ => $"{hub} cannot be reached ({e.Message}): try again, or import a folder.",
                }
            );
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);

    // Files of folders below are other formats' copies.
    private static bool IsWanted(string file) =>
        !file.Contains('/', StringComparison.Ordinal)
        && System.IO.Path.GetExtension(file) is ".json" or ".safetensors" or ".model" or ".txt"
        && !file.Contains("..", StringComparison.Ordinal);

    private sealed record HubModel(IReadOnlyList<HubFile> Siblings);

    private sealed record HubFile(string Rfilename);
}
