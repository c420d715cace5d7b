using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Annotation.Domain.Models;

/// <summary>
/// The folder that web and workers share for what is too big for the database: model folders, files on their way in,
/// and the checkpoints of runs. Models are kept under the hash of their content, so storing one twice is storing it
/// once, and nothing that is stored is ever changed.
/// </summary>
/// <param name="root">An absolute path; made when missing.</param>
public sealed class ArtifactStore(string root)
{
    /// <summary>Where the store lies.</summary>
    public string Root { get; } = Path.GetFullPath(root);

    /// <summary>Where a run finds what was uploaded for it; the folder exists afterwards.</summary>
    public string IncomingFolder(Guid runId) => Directory.CreateDirectory(Path.Combine(Root, "incoming", runId.ToString())).FullName;

    /// <summary>Where a run keeps its checkpoints and unfinished output; the folder exists afterwards.</summary>
    public string RunFolder(Guid runId) => Directory.CreateDirectory(Path.Combine(Root, "runs", runId.ToString())).FullName;

    /// <summary>Removes what a run needed only until its end: its upload, checkpoints and staged files.</summary>
    public void RemoveWork(Guid runId)
    {
        foreach (var folder in Directory.EnumerateDirectories(RunFolder(runId)).Prepend(IncomingFolder(runId)))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The folder of a stored artifact, by <see cref="Artifact.Path"/>.</summary>
    /// <exception cref="DirectoryNotFoundException">The store does not hold it.</exception>
    public string FolderOf(string path)
    {
        var folder = Path.GetFullPath(Path.Combine(Root, path));
        if (!folder.StartsWith(Root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new ArgumentException($"The artifact path '{path}' leaves the store.", nameof(path));
        }
        return Directory.Exists(folder)
            ? folder
            : throw new DirectoryNotFoundException(
                $"The artifact store {Root} has no folder {path}: do web and workers share one Annotation:Artifacts?"
            );
    }

    /// <summary>Moves a finished folder into the store. Both must be on one file system: stage it in <see cref="RunFolder"/>.</summary>
    /// <param name="folder">Gone afterwards.</param>
    public async Task<StoredFolder> AddAsync(string folder, CancellationToken cancellationToken)
    {
        var (sha256, byteCount) = await HashAsync(folder, cancellationToken);
        var stored = new StoredFolder($"models/{sha256}", sha256, byteCount);
        var target = Path.Combine(Root, stored.Path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (!Directory.Exists(target))
        {
            try
            {
                Directory.Move(folder, target);
                return stored;
            }
            catch (IOException) when (Directory.Exists(target))
            {
                // Another process stored the same content in this moment.
            }
        }
        Directory.Delete(folder, recursive: true);
        return stored;
    }

    /// <summary>SHA-256 over the relative names, lengths and contents of all files in ordinal order, and their size in bytes.</summary>
    public static async Task<(string Sha256, long ByteCount)> HashAsync(string folder, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        long total = 0;
        var files = Directory
            .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(f => (Path: f, Name: Path.GetRelativePath(folder, f).Replace('\\', '/')))
            .OrderBy(f => f.Name, StringComparer.Ordinal);
        foreach (var (path, name) in files)
        {
            await using var file = File.OpenRead(path);
            // The zero and the length keep names and contents of neighbouring files apart.
            hash.AppendData(Encoding.UTF8.GetBytes(name + '\0'));
            BinaryPrimitives.WriteInt64LittleEndian(buffer, file.Length);
            hash.AppendData(buffer.AsSpan(0, sizeof(long)));
            total += file.Length;
            int read;
            while ((read = await file.ReadAsync(buffer, cancellationToken)) > 0)
            {
                hash.AppendData(buffer.AsSpan(0, read));
            }
        }
        return (Convert.ToHexStringLower(hash.GetHashAndReset()), total);
    }
}

/// <summary>What the store says about a folder it took in: the values of an <see cref="Artifact"/> row.</summary>
public sealed record StoredFolder(string Path, string Sha256, long ByteCount);
