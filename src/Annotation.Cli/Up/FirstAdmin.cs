using System.Security.Cryptography;
using System.Text.Json;
using Annotation.Cli.Terminal;

namespace Annotation.Cli.Up;

/// <summary>
/// The first admin of a local platform. The launcher makes the secrets once and keeps them in a file that only its owner reads; the web server
/// reads that file when it seeds the database, so that neither depends on when the other was interrupted.
/// </summary>
public sealed record FirstAdmin(string Server, string User, string Password, string Token)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Reads the file, or makes it; the server's address is brought up to date.</summary>
    public static FirstAdmin Keep(string file, string server)
    {
        var admin = Read(file) is { } kept
            ? kept with
            {
                Server = server,
            }
            : new FirstAdmin(server, "admin", NewPassword(), $"ann_{Guid.CreateVersion7():N}_{Secret(43)}");
        admin.Write(file);
        return admin;
    }

    /// <summary>Reads such a file; null when there is none.</summary>
    /// <exception cref="CommandFailedException">The file is not what it should be.</exception>
    public static FirstAdmin? Read(string file)
    {
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize<FirstAdmin>(File.ReadAllText(file), JsonOutput.Options) : null;
        }
        catch (Exception e) when (e is JsonException or UnauthorizedAccessException)
        {
            throw new CommandFailedException($"The file {file} cannot be read ({e.Message}): restore it, or remove it.");
        }
    }

    /// <summary>Writes the file whole or not at all, readable by its owner only.</summary>
    public void Write(string file)
    {
        var unfinished = file + ".new";
        File.Delete(unfinished);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerOnly,
        };
        using (var stream = new FileStream(unfinished, options))
        {
            JsonSerializer.Serialize(stream, this, JsonOutput.Options);
        }

        File.Move(unfinished, file, overwrite: true);
    }

    // Three groups of letters and digits, with a mark, so that any password rule is met; 90 bits.
    private static string NewPassword() => $"{Secret(6)}-{Secret(6)}-{Secret(6)}-A7z";

    private static string Secret(int length) =>
        RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", length);
}
