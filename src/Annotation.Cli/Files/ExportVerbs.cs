using System.CommandLine;
using System.IO.Compression;
using Annotation.Cli.Projects;
using Annotation.Cli.Terminal;

namespace Annotation.Cli.Files;

/// <summary>`export preferences|demonstrations|best-of-n`: streams to a file, which appears whole or not at all.</summary>
public static class ExportVerbs
{
    /// <summary>The verb with its parts.</summary>
    public static Command Create() =>
        new("export", "Export from a project") { Of("preferences"), Of("demonstrations"), ExportBestOf.Create() };

    private static Command Of(string kind)
    {
        var project = ProjectOption.Required();
        var format = new Option<string>("--format")
        {
            Description = "rankings (lossless), hh-rlhf, trl, openai-summarize, alpaca or jsonl",
            Required = true,
            HelpName = "F",
        };
        var target = new Option<FileInfo>("--out")
        {
            Description = "The file to write; a name ending in .gz is packed",
            Required = true,
            HelpName = "FILE",
        };
        return new Command(kind, $"Export {kind}") { project, format, target }.Does(
            async (invocation, cancellation) =>
            {
                using var client = invocation.Connect();
                var file = invocation.Value(target);
                var exported = await WriteWholeAsync(
                    file,
                    stream => client.Files.ExportAsync(invocation.Value(project), kind, invocation.Value(format), stream, cancellation)
                );
                invocation.Write(
                    new
                    {
                        file = file.FullName,
                        snapshot = exported.Snapshot,
                        hash = exported.Hash,
                        byteCount = exported.ByteCount,
                    },
                    writer =>
                        FactList.Write(
                            writer,
                            ("file", file.FullName),
                            ("snapshot", exported.Snapshot),
                            ("SHA-256", exported.Hash),
                            ("bytes", exported.ByteCount)
                        )
                );
            }
        );
    }

    /// <summary>Writes a file that appears whole or not at all.</summary>
    internal static async Task<T> WriteWholeAsync<T>(FileInfo file, Func<Stream, Task<T>> write)
    {
        var unfinished = file.FullName + ".part";
        try
        {
            T exported;
            await using (var stream = Create(file, unfinished))
            {
                exported = await write(stream);
            }

            File.Move(unfinished, file.FullName, overwrite: true);
            return exported;
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private static Stream Create(FileInfo file, string path)
    {
        try
        {
            var stream = File.Create(path);
            return file.Name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
                ? new GZipStream(stream, CompressionLevel.Optimal)
                : stream;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException($"The file {file} cannot be written: {e.Message}");
        }
    }
}
