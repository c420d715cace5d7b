using System.Formats.Tar;
using System.Net;
using System.Net.Http.Headers;

namespace Annotation.Client;

/// <summary>A model folder as a tar stream: its own files, no folders below. Links are followed, as download caches are full of them.</summary>
internal sealed class ModelFolderContent : HttpContent
{
    // Other frameworks' copies of the same weights, which nothing here reads.
    private static readonly string[] LeftOut = ["pytorch_model", "tf_model", "flax_model", "rust_model"];

    private readonly IReadOnlyList<string> files;

    public ModelFolderContent(string folder, bool isAdapter = false)
    {
        if (!Directory.Exists(folder))
        {
            throw new AnnotationException($"There is no folder {folder}.", "no-folder");
        }

        files =
        [
            .. Directory
                .GetFiles(folder)
                .Where(file => !Path.GetFileName(file).StartsWith('.'))
                .Where(file => !LeftOut.Any(name => Path.GetFileName(file).StartsWith(name, StringComparison.Ordinal)))
                .Order(StringComparer.Ordinal),
        ];
        var wanted = isAdapter ? "adapter_config.json" : "config.json";
        if (!files.Any(file => Path.GetFileName(file) == wanted))
        {
            var hint =
                isAdapter || !files.Any(file => Path.GetFileName(file) == "adapter_config.json")
                    ? ""
                    : " It is an adapter's: name the model that it belongs to with --base.";
            throw new AnnotationException(
                $"{folder} is not {(isAdapter ? "an adapter's" : "a model")} folder: it has no file {wanted}.{hint}",
                "not-a-model-folder"
            );
        }

        Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
    }

    /// <summary>Reads such a stream into a folder; nothing is left behind when it breaks off.</summary>
    public static async Task<IReadOnlyList<string>> ReadAsync(Stream stream, string folder, CancellationToken cancellation)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
        {
            throw new AnnotationException($"{folder} exists already: name a new folder.", "folder-exists");
        }

        var unfinished = folder + ".part";
        Directory.CreateDirectory(unfinished);
        try
        {
            var names = new List<string>();
            await using var tar = new TarReader(stream, leaveOpen: true);
            while (await NextAsync(tar, cancellation) is { } entry)
            {
                if (entry.EntryType is TarEntryType.Directory)
                {
                    continue;
                }

                // The server is not trusted with this machine's other folders.
                var name = Path.GetFileName(entry.Name);
                await using var file = File.Create(Path.Combine(unfinished, name));
                if (entry.DataStream is { } data)
                {
                    await CountedCopy.CopyAsync(data, file, cancellation);
                }

                names.Add(name);
            }

            if (Directory.Exists(folder))
            {
                Directory.Delete(folder);
            }

            Directory.Move(unfinished, folder);
            return names;
        }
        catch
        {
            Directory.Delete(unfinished, recursive: true);
            throw;
        }
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        await SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await using var tar = new TarWriter(stream, TarEntryFormat.Pax, leaveOpen: true);
        foreach (var path in files)
        {
            await using var bytes = File.OpenRead(path);
            var entry = new PaxTarEntry(TarEntryType.RegularFile, Path.GetFileName(path)) { DataStream = bytes };
            await tar.WriteEntryAsync(entry, cancellationToken);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private static async Task<TarEntry?> NextAsync(TarReader tar, CancellationToken cancellation)
    {
        try
        {
            return await tar.GetNextEntryAsync(copyData: false, cancellation);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or HttpRequestException)
        {
            throw new AnnotationException($"The download broke off ({e.Message}): try again.", "broken-off", e);
        }
    }
}
