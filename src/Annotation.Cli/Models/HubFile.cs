using System.Text.Json.Serialization;

namespace Annotation.Cli.Models;

/// <summary>A file of a model as the hub lists it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Size">Its bytes, if the hub says.</param>
/// <param name="BlobId">Git's SHA-1 of a small file.</param>
/// <param name="Large">What is known of a large one.</param>
internal sealed record HubFile(
    [property: JsonPropertyName("rfilename")] string Name,
    [property: JsonPropertyName("size")] long? Size,
    [property: JsonPropertyName("blobId")] string? BlobId,
    [property: JsonPropertyName("lfs")] HubLargeFile? Large
);

/// <summary>SHA-256 of a large file.</summary>
internal sealed record HubLargeFile([property: JsonPropertyName("sha256")] string? Sha256);
