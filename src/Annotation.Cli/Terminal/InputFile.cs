namespace Annotation.Cli.Terminal;

/// <summary>Files that a caller names: one that cannot be read ends the command with a sentence.</summary>
public static class InputFile
{
    /// <summary>Opens a file for reading from its start.</summary>
    public static Stream Open(FileInfo file) => Try(file, () => file.OpenRead());

    /// <summary>Reads a small text file.</summary>
    public static async Task<string> ReadTextAsync(FileInfo file, CancellationToken cancellation)
    {
        await using var stream = Open(file);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancellation);
    }

    /// <summary>Reads a small file's bytes.</summary>
    public static async Task<byte[]> ReadBytesAsync(FileInfo file, CancellationToken cancellation)
    {
        await using var stream = Open(file);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, cancellation);
        return bytes.ToArray();
    }

    private static T Try<T>(FileInfo file, Func<T> open)
    {
        try
        {
            return open();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandFailedException($"There is no file {file}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException($"The file {file} cannot be read: {e.Message}");
        }
    }
}
