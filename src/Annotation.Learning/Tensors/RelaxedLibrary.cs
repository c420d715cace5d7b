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
internal static class RelaxedLibrary
{
    private const string UnusedVersion = "GLIBCXX_3.4.32";
    private const uint VersionNeedSection = 0x6ffffffe;
    private const byte WeakFlag = 2;

    /// <summary>Writes the relaxed copy of <paramref name="library"/> into a private folder and returns its path.</summary>
    internal static string Write(string library)
    {
        var bytes = File.ReadAllBytes(library);
        Relax(bytes);
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes))[..16];
        var folder = PrivateFolder(hash);
        var path = Path.Combine(folder, Path.GetFileName(library));
        if (!File.Exists(path) || new FileInfo(path).Length != bytes.Length)
        {
            // Several processes may start at once: each writes its own file, the rename is atomic.
            var temporary = Path.Combine(folder, Path.GetRandomFileName());
            File.WriteAllBytes(temporary, bytes);
            File.Move(temporary, path, overwrite: true);
        }

        return path;
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

    private static string PrivateFolder(string hash)
    {
        var home = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (string.IsNullOrEmpty(home))
        {
            var user = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            home = user.Length == 0 ? null : Path.Combine(user, ".cache");
        }

        if (home is not null)
        {
            try
            {
                var folder = Path.Combine(home, "annotation", "torch-" + hash);
                Directory.CreateDirectory(folder);
                using var probe = File.Create(Path.Combine(folder, Path.GetRandomFileName()), 1, FileOptions.DeleteOnClose);
                return folder;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A read-only home is usual in containers: fall back to a fresh temporary folder.
            }
        }

        return Directory.CreateTempSubdirectory("annotation-torch-").FullName;
    }

    private static ushort U16(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));

    private static uint U32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));
}
