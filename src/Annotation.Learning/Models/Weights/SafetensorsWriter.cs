using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace Annotation.Learning.Models.Weights;

/// <summary>Writes safetensors files.</summary>
public static class SafetensorsWriter
{
    private const long LongestWrite = 1 << 27; // elements
    private static readonly Dictionary<string, string> _metadata = new() { ["format"] = "pt" };

    /// <summary>
    /// Writes the tensors in this order, each of its own type or all of <paramref name="dtype"/>. The bytes are on the
    /// disk when the method returns.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">By name.</param>
    /// <param name="dtype">Type in the file; null for each tensor's own.</param>
    /// <param name="value">What is written for a tensor, of the same shape; the tensor itself if null.</param>
    public static void Write(
        string path,
        IReadOnlyList<KeyValuePair<string, Tensor>> tensors,
        ScalarType? dtype = null,
        Func<string, Tensor, Tensor>? value = null
    )
    {
        using var noGrad = no_grad();
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
        var header = JsonSerializer.SerializeToUtf8Bytes(Header(tensors, dtype));

        // Spaces after the JSON, so that the tensors start at a multiple of eight bytes.
        var padded = (header.Length + 7) / 8 * 8;
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, padded);
        stream.Write(length);
        stream.Write(header);
        stream.Write("        "u8[..(padded - header.Length)]);
        foreach (var (name, tensor) in tensors)
        {
            using var scope = NewDisposeScope();
            var flat = (value?.Invoke(name, tensor) ?? tensor).detach().to(dtype ?? tensor.dtype, CPU).contiguous().view(-1);
            for (long at = 0; at < flat.shape[0]; at += LongestWrite)
            {
                stream.Write(flat.narrow(0, at, Math.Min(LongestWrite, flat.shape[0] - at)).bytes);
            }
        }

        stream.Flush(flushToDisk: true);
    }

    private static Dictionary<string, object> Header(IReadOnlyList<KeyValuePair<string, Tensor>> tensors, ScalarType? dtype)
    {
        var header = new Dictionary<string, object> { [SafetensorsFile.MetadataKey] = _metadata };
        long begin = 0;
        foreach (var (name, tensor) in tensors)
        {
            var type = dtype ?? tensor.dtype;
            var end = begin + tensor.numel() * SafetensorsEntry.SizeOf(type);
            header.Add(
                name,
                new
                {
                    dtype = SafetensorsEntry.NameOf(type),
                    shape = tensor.shape,
                    data_offsets = new[] { begin, end },
                }
            );
            begin = end;
        }

        return header;
    }
}
