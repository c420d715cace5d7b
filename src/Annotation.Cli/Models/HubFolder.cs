using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Serialization;

namespace Annotation.Cli.Models;

/// <summary>A model of the Hugging Face hub, downloaded into a folder that goes once the model is imported.</summary>
/// <remarks>
/// The hub is the one of HF_ENDPOINT, signed in to with HF_TOKEN, as with the hub's own tools; the token never follows a redirection to another
/// host. All files are of one revision. What was downloaded when the command is broken off stays, and the next one goes on from there.
/// </remarks>
public sealed class HubFolder : IDisposable
{
    private const string PublicHub = "https://huggingface.co";
    private bool _imported;

    private HubFolder(string path) => Path = path;

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Downloads a model's configuration, weights (safetensors) and tokenizer.</summary>
    /// <param name="name">OWNER/NAME.</param>
    /// <param name="say">Told about each file.</param>
    /// <param name="cancellation">Ends the download.</param>
    /// <exception cref="CommandFailedException">The hub has no such model, cannot be reached, or sends what it did not promise.</exception>
    public static async Task<HubFolder> DownloadAsync(string name, Action<string> say, CancellationToken cancellation)
    {
        if (
            name.Split('/') is not [{ Length: > 0 } owner, { Length: > 0 } model]
            || (owner + model).Any(c => !IsPlain(c))
            || model is "." or ".."
        )
        {
            throw new CommandFailedException($"'{name}' is no model of the hub: write OWNER/NAME.");
        }
        var hub = (Environment.GetEnvironmentVariable("HF_ENDPOINT") is { Length: > 0 } named ? named : PublicHub).TrimEnd('/');
        var token = Environment.GetEnvironmentVariable("HF_TOKEN") is { Length: > 0 } given ? given : null;
        using var http = new HttpClient(new HubRedirects(token)) { Timeout = Timeout.InfiniteTimeSpan };

        try
        {
            var listed =
                await http.GetFromJsonAsync<HubModel>($"{hub}/api/models/{name}?blobs=true", cancellation)
                ?? throw new CommandFailedException($"{hub} says nothing about {name}.");
            var wanted = listed.Siblings.Where(file => IsWanted(file.Name)).ToList();
            if (!wanted.Exists(file => file.Name.EndsWith(".safetensors", StringComparison.Ordinal)))
            {
                throw new CommandFailedException(
                    $"{name} has no weights as safetensors; other formats can run programs and are never read: choose a converted model."
                );
            }

            var revision = listed.Revision is { Length: > 0 } sha && sha.All(char.IsAsciiHexDigit) ? sha : "main";
            var folder = new HubFolder(System.IO.Path.Combine(Downloads(), $"{owner}--{model}--{revision}"));
            Directory.CreateDirectory(folder.Path);
            RequireSpace(folder.Path, wanted);
            foreach (var file in wanted)
            {
                say($"Downloading {file.Name}");
                await new HubDownload(http, $"{hub}/{name}/resolve/{revision}/{file.Name}", file).RunAsync(folder.Path, say, cancellation);
            }

            return folder;
        }
        catch (HttpRequestException e)
        {
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
    }

    /// <summary>The model is imported: the download is needed no more. Without this it stays, for the next try.</summary>
    public void Finish() => _imported = true;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_imported)
        {
            Directory.Delete(Path, recursive: true);
        }
    }

    private static string Downloads()
    {
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return System.IO.Path.Combine(cache is { Length: > 0 } ? cache : System.IO.Path.Combine(home, ".cache"), "annotation", "hub");
    }

    private static void RequireSpace(string folder, IReadOnlyList<HubFile> files)
    {
        var needed = files.Sum(file => Math.Max(0, (file.Size ?? 0) - Here(folder, file)));
        var free = new DriveInfo(folder).AvailableFreeSpace;
        if (needed > free)
        {
            throw new CommandFailedException(
                $"The model needs {needed >> 20} MiB more, but {folder} has only {free >> 20} MiB free: set XDG_CACHE_HOME to a larger disk."
            );
        }
    }

    // What an earlier try has left of a file.
    private static long Here(string folder, HubFile file) =>
        new[] { file.Name, file.Name + HubDownload.PartEnding }
            .Select(name => new FileInfo(System.IO.Path.Combine(folder, name)))
            .Sum(part => part.Exists ? part.Length : 0);

    // Files of folders below are other formats' copies, and so is Mistral's consolidated file.
    private static bool IsWanted(string file) =>
        file.All(IsPlain)
        && !file.StartsWith('.')
        && !file.StartsWith("consolidated", StringComparison.Ordinal)
        && System.IO.Path.GetExtension(file) is ".json" or ".safetensors" or ".model" or ".txt" or ".jinja";

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_';

    private sealed record HubModel(
        [property: JsonPropertyName("sha")] string? Revision,
        [property: JsonPropertyName("siblings")] IReadOnlyList<HubFile> Siblings
    );
}
