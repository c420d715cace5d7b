using Annotation.Client.Contracts;

namespace Annotation.Client;

/// <summary>Imports and exports of prompts, demonstrations and preferences, as streams.</summary>
public sealed class FilesApi(ApiConnection connection)
{
    /// <summary>Imports one file; every row lands or is reported with its line and reason.</summary>
    /// <param name="project">Name or id.</param>
    /// <param name="kind">prompts, demonstrations, preferences or tasks.</param>
    /// <param name="format">hh-rlhf, trl, oasst, rankings, jsonl, ...</param>
    /// <param name="fileName">Kept as the rows' source; a name ending in .gz says that the bytes are gzip.</param>
    /// <param name="bytes">The file.</param>
    /// <param name="cancellation">Ends the upload; nothing lands then.</param>
    public Task<ImportReport> ImportAsync(
        string project,
        string kind,
        string format,
        string fileName,
        Stream bytes,
        CancellationToken cancellation
    )
    {
        var query = $"format={Uri.EscapeDataString(format)}&file={Uri.EscapeDataString(fileName)}";
        return connection.UploadAsync<ImportReport>(
            $"{ProjectsApi.PathOf(project)}/import/{kind}?{query}",
            new StreamContent(bytes),
            cancellation
        );
    }

    /// <summary>Exports to a stream.</summary>
    /// <param name="project">Name or id.</param>
    /// <param name="kind">demonstrations or preferences.</param>
    /// <param name="format">hh-rlhf, trl, rankings, jsonl, ...</param>
    /// <param name="target">Gets the lines.</param>
    /// <param name="cancellation">Ends the download.</param>
    public async Task<ExportedFile> ExportAsync(string project, string kind, string format, Stream target, CancellationToken cancellation)
    {
        var path = $"{ProjectsApi.PathOf(project)}/export/{kind}?format={Uri.EscapeDataString(format)}";
        using var response = await connection.DownloadAsync(path, cancellation);
        await using var lines = await response.Content.ReadAsStreamAsync(cancellation);
        var byteCount = await CountedCopy.CopyAsync(lines, target, cancellation);
        return new ExportedFile(Header(response, "X-Annotation-Snapshot"), Header(response, "X-Annotation-Hash"), byteCount);
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) || response.TrailingHeaders.TryGetValues(name, out values)
            ? values.FirstOrDefault()
            : null;
}

/// <summary>What an export wrote.</summary>
/// <param name="Snapshot">Id of the preference set or snapshot that was exported.</param>
/// <param name="Hash">SHA-256 of its content.</param>
public sealed record ExportedFile(string? Snapshot, string? Hash, long ByteCount);
