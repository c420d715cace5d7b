using System.Security.Cryptography;
using System.Text.Json;

namespace Annotation.Domain.Accounts;

/// <summary>Credentials of the admin that a new installation starts with.</summary>
/// <param name="User">User name.</param>
/// <param name="Password">In clear: this record lives only in a file of mode 0600 and on the way there.</param>
/// <param name="Token">An API token, <c>ann_ID_SECRET</c>.</param>
public sealed record FirstAdmin(string User, string Password, string Token)
{
    // Without the characters that people mistake for each other.
    private const string PasswordAlphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    /// <summary>An admin called <c>admin</c> with a random password and token.</summary>
    public static FirstAdmin Generate() =>
        new("admin", RandomNumberGenerator.GetString(PasswordAlphabet, 20), TokenText.Create(Guid.CreateVersion7()).ToString());

    /// <summary>Reads a file written by <see cref="WriteAsync"/> or by the program that starts this one.</summary>
    /// <exception cref="InvalidDataException">The file is not such a file.</exception>
    public static async Task<FirstAdmin> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = File.OpenRead(path);
            var admin = await JsonSerializer.DeserializeAsync<FirstAdmin>(stream, JsonSerializerOptions.Web, cancellationToken);
            if (admin is { User.Length: > 0, Password.Length: > 0 } && TokenText.TryParse(admin.Token, out _))
            {
                return admin;
            }
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException($"{path} is not valid JSON.", failure);
        }

        throw new InvalidDataException($"{path} must hold user, password and token (ann_ID_SECRET).");
    }

    /// <summary>
    /// Writes the credentials as JSON (user, password, token) to a file that only its owner may read (mode 0600). The
    /// file appears whole or not at all.
    /// </summary>
    public async Task WriteAsync(string path, CancellationToken cancellationToken)
    {
        var temporary = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        File.Delete(temporary);
        await using (var stream = new FileStream(temporary, options))
        {
            await JsonSerializer.SerializeAsync(stream, this, JsonSerializerOptions.Web, cancellationToken);
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
