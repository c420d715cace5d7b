using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Annotation.Cli.Models;

/// <summary>One file of the hub: goes on where an earlier try broke off, and is kept only if it is what the hub promised.</summary>
internal sealed class HubDownload(HttpClient http, string address, HubFile file)
{
    /// <summary>What follows the name of a file that is not whole yet.</summary>
    internal const string PartEnding = ".part";

    private const int Tries = 5;
    private const int BufferSize = 1 << 20;

    /// <summary>Downloads the file into a folder, unless it is there.</summary>
    /// <exception cref="CommandFailedException">The connection keeps breaking, or the bytes are not those that the hub promised.</exception>
    public async Task RunAsync(string folder, Action<string> say, CancellationToken cancellation)
    {
        var (target, part) = (Path.Combine(folder, file.Name), Path.Combine(folder, file.Name + PartEnding));
        if (File.Exists(target))
        {
            return;
        }

        for (var attempt = 1; ; attempt++)
        {
            var before = Length(part);
            try
            {
                await GoOnAsync(part, cancellation);
                break;
            }
            catch (Exception e)
                when (e is HttpRequestException { StatusCode: null or >= HttpStatusCode.InternalServerError } or IOException)
            {
                // A try that brought something does not count.
                attempt = Length(part) > before ? 0 : attempt;
                if (attempt >= Tries)
                {
                    throw new CommandFailedException(
                        $"{file.Name} cannot be downloaded ({e.Message}): try again, it goes on from {Length(part)} bytes."
                    );
                }

                say($"{file.Name} broke off at {Length(part)} bytes; going on");
                await Task.Delay(TimeSpan.FromMilliseconds(200 * (1 << attempt)), cancellation);
            }
        }

        if (await FaultAsync(part, cancellation) is { } fault)
        {
            File.Delete(part);
            throw new CommandFailedException($"{file.Name} {fault}: it was thrown away, try again.");
        }

        File.Move(part, target);
    }

    private async Task GoOnAsync(string part, CancellationToken cancellation)
    {
        var have = Length(part);
        if (have > 0 && have == file.Size)
        {
            return;
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (have > 0)
        {
            request.Headers.Range = new RangeHeaderValue(have, null);
        }

        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (answer.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            // More is here than there: it is another file's.
            File.Delete(part);
            throw new IOException("what was there before does not belong to it");
        }

        answer.EnsureSuccessStatusCode();
        // A server that knows no ranges sends all of it again.
        var goesOn = answer.StatusCode == HttpStatusCode.PartialContent && answer.Content.Headers.ContentRange?.From == have;
        await using var source = await answer.Content.ReadAsStreamAsync(cancellation);
        await using var target = new FileStream(
            part,
            goesOn ? FileMode.Append : FileMode.Create,
            FileAccess.Write,
            FileShare.None,
            BufferSize
        );
        await source.CopyToAsync(target, BufferSize, cancellation);
    }

    /// <summary>What is wrong with a whole file; null when nothing is.</summary>
    private async Task<string?> FaultAsync(string path, CancellationToken cancellation)
    {
        var length = Length(path);
        if (file.Size is { } size && length != size)
        {
            return $"has {length} bytes, not {size}";
        }

        await using var stream = File.OpenRead(path);
        if (file.Large?.Sha256 is { Length: > 0 } sha256)
        {
            var found = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation));
            return found.Equals(sha256, StringComparison.OrdinalIgnoreCase) ? null : $"has SHA-256 {found}, not {sha256}";
        }

        if (file.BlobId is not { Length: 40 } blob)
        {
            return null;
        }

        var sha1 = await GitBlobAsync(stream, length, cancellation);
        return sha1.Equals(blob, StringComparison.OrdinalIgnoreCase) ? null : $"has the git hash {sha1}, not {blob}";
    }

    /// <summary>SHA-1 of "blob", the length and the bytes, as git names a file.</summary>
    private static async Task<string> GitBlobAsync(Stream stream, long length, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        hash.AppendData(Encoding.ASCII.GetBytes($"blob {length}\0"));
        var buffer = new byte[BufferSize];
        int count;
        while ((count = await stream.ReadAsync(buffer, cancellation)) > 0)
        {
            hash.AppendData(buffer.AsSpan(0, count));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static long Length(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;
}
