using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Annotation.Learning.Tensors;

/// <summary>
/// A copy of TorchSharp's bridge library that older C++ runtimes accept.
/// </summary>
/// <remarks>
/// The bridge's version table asks for <c>GLIBCXX_3.4.32</c> only because of a marker symbol that no relocation uses.
/// Setting the weak flag (VER_FLG_WEAK) in that one record makes the dynamic loader accept a runtime without it.
/// Layout of the table: ELF gABI, Oracle Linker and Libraries Guide, "Version Dependency Section".
/// </remarks>
internal sealed class RelaxedLibrary : IDisposable
{
    private const string UnusedVersion = "GLIBCXX_3.4.32";
    private const uint VersionNeedSection = 0x6ffffffe;
    private const byte WeakFlag = 2;

    private readonly string? _temporaryFolder;

    private RelaxedLibrary(string path, string? temporaryFolder) => (Path, _temporaryFolder) = (path, temporaryFolder);

    /// <summary>Where the copy is.</summary>
    internal string Path { get; }

    /// <summary>Writes the relaxed copy of <paramref name="library"/> into the user's cache, or into a temporary folder.</summary>
    internal static RelaxedLibrary Write(string library)
    {
        var bytes = File.ReadAllBytes(library);
        Relax(bytes);
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes))[..16];
        var cache = CacheFolder(hash);
        var folder = cache ?? Directory.CreateTempSubdirectory("annotation-torch-").FullName;
        var path = System.IO.Path.Combine(folder, System.IO.Path.GetFileName(library));
        if (!File.Exists(path) || new FileInfo(path).Length != bytes.Length)
        {
            // Several processes may start at once: each writes its own file, the rename is atomic.
            var temporary = System.IO.Path.Combine(folder, System.IO.Path.GetRandomFileName());
            File.WriteAllBytes(temporary, bytes);
            File.Move(temporary, path, overwrite: true);
        }

        return new RelaxedLibrary(path, cache is null ? folder : null);
    }

    /// <summary>Removes the copy if it is a temporary one. A library that has been loaded stays in memory.</summary>
    public void Dispose()
    {
        if (_temporaryFolder is not null)
        {
            Directory.Delete(_temporaryFolder, recursive: true);
        }
    }

    /// <summary>Marks the requirement for the unused version as weak, in place.</summary>
    internal static void Relax(byte[] elf)
    {
        var sections = (int)BinaryPrimitives.ReadInt64LittleEndian(elf.AsSpan(0x28));
        var sectionSize = U16(elf, 0x3A);
        for (var i = 0; i < U16(elf, 0x3C); i++)
        {
            var section = sections + i * sectionSize;
            if (U32(elf, section + 4) != VersionNeedSection)
            {
                continue;
            }

            var need = (int)BinaryPrimitives.ReadInt64LittleEndian(elf.AsSpan(section + 24));
            var stringSection = sections + (int)U32(elf, section + 40) * sectionSize;
            var strings = (int)BinaryPrimitives.ReadInt64LittleEndian(elf.AsSpan(stringSection + 24));
            for (var left = U32(elf, section + 44); left > 0; left--)
            {
                RelaxNeed(elf, need, strings);
                need += (int)U32(elf, need + 12);
            }
        }
    }

    private static void RelaxNeed(byte[] elf, int need, int strings)
    {
        var version = need + (int)U32(elf, need + 8);
        for (var left = U16(elf, need + 2); left > 0; left--)
        {
            var name = elf.AsSpan(strings + (int)U32(elf, version + 8));
            if (Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]) == UnusedVersion)
            {
                elf[version + 4] |= WeakFlag;
            }

            version += (int)U32(elf, version + 12);
        }
    }

    /// <summary>A folder in the user's cache, or null when it cannot be written, as is usual in containers.</summary>
    private static string? CacheFolder(string hash)
    {
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (string.IsNullOrEmpty(cache) && home.Length == 0)
        {
            return null;
        }

        try
        {
            cache = string.IsNullOrEmpty(cache) ? System.IO.Path.Combine(home, ".cache") : cache;
            var folder = Directory.CreateDirectory(System.IO.Path.Combine(cache, "annotation", "torch-" + hash)).FullName;
            using var probe = File.Create(System.IO.Path.Combine(folder, System.IO.Path.GetRandomFileName()), 1, FileOptions.DeleteOnClose);
            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static ushort U16(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));

    private static uint U32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));
}
