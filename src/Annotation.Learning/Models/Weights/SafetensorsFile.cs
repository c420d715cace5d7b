using System.Buffers.Binary;
using System.Text.Json;
using Annotation.Learning.Text;
using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace Annotation.Learning.Models.Weights;

/// <summary>
/// A safetensors file opened for reading. Everything its header says is checked before any tensor is made: a broken or
/// hostile file is refused with the tensor's name and costs no memory.
/// </summary>
/// <remarks>Format: eight bytes of header length, a JSON object, then the tensors' bytes, little endian and without gaps.</remarks>
public sealed class SafetensorsFile : IDisposable
{
    internal const string MetadataKey = "__metadata__";
    private const int LongestHeader = 100_000_000;
    private const long LongestRead = 1 << 27; // elements
    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly long _start;

    private SafetensorsFile(string path, SafeFileHandle file, long start, IReadOnlyDictionary<string, SafetensorsEntry> entries)
    {
        (_path, _file, _start, Entries) = (path, file, start, entries);
    }

    /// <summary>The tensors in the file.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries { get; }

    /// <exception cref="ModelFolderException">The file is missing or its header is not true; the message names the tensor.</exception>
    public static SafetensorsFile Open(string path)
    {
        SafeFileHandle? file = null;
        try
        {
            file = File.OpenHandle(path);
            var length = RandomAccess.GetLength(file);
            using var header = ReadHeader(path, file, length, out var start);
            return new SafetensorsFile(path, file, start, SafetensorsEntry.ReadAll(path, header.RootElement, length - start));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelFolderException(path, "is missing", e);
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    /// <summary>Reads one tensor, unchanged, into memory of the CPU.</summary>
    public Tensor Read(string name)
    {
        var entry = Entries[name];
        var tensor = empty(entry.Shape.ToArray(), entry.ScalarType, CPU);
        using var flat = tensor.view(-1);
        // A span holds at most 2 GiB, so long tensors are read piece by piece.
        for (long at = 0; at < entry.Count; )
        {
            var count = Math.Min(LongestRead, entry.Count - at);
            using var part = flat.narrow(0, at, count);
            Fill(part.bytes, _start + entry.Begin + at * entry.ElementSize, name);
            at += count;
        }

        return tensor;
    }

    public void Dispose() => _file.Dispose();

    private static JsonDocument ReadHeader(string path, SafeFileHandle file, long length, out long start)
    {
        Span<byte> prefix = stackalloc byte[8];
        if (length < 8 || RandomAccess.Read(file, prefix, 0) < 8)
        {
            throw new ModelFolderException(path, "is too short to be a safetensors file");
        }

        var size = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (size > (ulong)(length - 8) || size > LongestHeader)
        {
            throw new ModelFolderException(
                path,
                $"says its header has {size} bytes, but only {length - 8} follow: it is cut off or not a safetensors file"
            );
        }

        var header = new byte[size];
        start = 8 + (long)size;
        if (RandomAccess.Read(file, header, 8) < header.Length)
        {
            throw new ModelFolderException(path, "is cut off within its header");
        }

        try
        {
            var document = JsonDocument.Parse(header, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            throw new ModelFolderException(path, "has a header that is not a JSON object");
        }
        catch (JsonException e)
        {
            throw new ModelFolderException(path, $"has a header that is not valid: {e.Message}", e);
        }
    }

    private void Fill(Span<byte> target, long offset, string name)
    {
        while (target.Length > 0)
        {
            var count = RandomAccess.Read(_file, target, offset);
            if (count == 0)
            {
                throw new ModelFolderException(_path, $"ends within tensor '{name}'");
            }

            target = target[count..];
            offset += count;
        }
    }
}
