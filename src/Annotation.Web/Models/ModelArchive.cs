using System.Formats.Tar;
using Annotation.Domain;

namespace Annotation.Web.Models;

/// <summary>Model folders as tar streams, in and out.</summary>
internal static class ModelArchive
{
    /// <summary>Largest model folder that is taken in, in bytes.</summary>
    public const long MaxBytes = 64L * 1024 * 1024 * 1024;

    /// <summary>Where a trained model keeps the adapter that is merged into it, in PEFT's form.</summary>
    public const string AdapterFolder = "adapter";

    private const int MaxFiles = 1000;
    private const int MaxNameLength = 255;

    /// <summary>
    /// Unpacks an uploaded archive into a folder, file by file as it comes in. Only plain files at the top level are
    /// taken: no folders, no links, no name that could lead out of the folder.
    /// </summary>
    /// <returns>The number of files.</returns>
    public static async Task<Outcome<int>> UnpackAsync(Stream archive, string folder, CancellationToken cancellationToken)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        long total = 0;
        try
        {
            await using var tar = new TarReader(archive, leaveOpen: true);
            while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                if (entry.EntryType is TarEntryType.Directory or TarEntryType.GlobalExtendedAttributes)
                {
                    continue;
                }

                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
                {
                    return Refuse($"holds '{entry.Name}', which is no plain file; send plain files only.");
                }

                var name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
                if (!IsPlainName(name))
                {
                    return Refuse($"holds '{entry.Name}'; send the files of one folder, without paths.");
                }

                total += entry.Length;
                if (!names.Add(name) || names.Count > MaxFiles || total > MaxBytes)
                {
                    return Refuse($"holds a file twice, more than {MaxFiles} files or more than {MaxBytes >> 30} GiB.");
                }

                await entry.ExtractToFileAsync(Path.Combine(folder, name), overwrite: false, cancellationToken);
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException)
        {
            return Refuse($"is broken ({e.Message}); pack and send it again.");
        }

        return names.Contains("config.json") || names.Contains("adapter_config.json")
            ? names.Count
            : Refuse("holds no config.json; send a model folder, or an adapter's folder with its adapter_config.json.");
    }

    /// <summary>Packs the files of a folder into a stream, in the order of their names.</summary>
    public static async Task PackAsync(string folder, Stream target, CancellationToken cancellationToken)
    {
        await using var tar = new TarWriter(target, TarEntryFormat.Pax, leaveOpen: true);
        foreach (var file in Directory.GetFiles(folder).Order(StringComparer.Ordinal))
        {
            await using var bytes = File.OpenRead(file);
            var entry = new PaxTarEntry(TarEntryType.RegularFile, Path.GetFileName(file)) { DataStream = bytes };
            await tar.WriteEntryAsync(entry, cancellationToken);
        }
    }

    private static bool IsPlainName(string name) =>
        name.Length is > 0 and <= MaxNameLength
        && name[0] != '.'
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or ' ' or '+');

    private static Refusal Refuse(string what) => new("bad-archive", $"The archive {what}");
}
