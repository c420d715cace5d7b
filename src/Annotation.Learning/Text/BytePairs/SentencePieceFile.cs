using System.Buffers.Binary;
using System.Text.Json;

namespace Annotation.Learning.Text.BytePairs;

/// <summary>The three forms in which pieces and scores are stored.</summary>
internal static class SentencePieceFile
{
    private const int LongestPiece = 1 << 16;

    /// <summary>Our own form: an object with a list <c>pieces</c>.</summary>
    internal static (byte[] Bytes, float Score)[] ReadObject(string path)
    {
        using var document = ModelFolderJson.Read(path);
        return document.RootElement.TryGetProperty("pieces", out var pieces)
            ? ReadPieces(path, pieces)
            : throw new ModelFolderException(path, "has no field 'pieces'");
    }

    /// <summary>A list of objects with <c>bytes_hex</c> and <c>score</c>, in the order of their ids.</summary>
    internal static (byte[] Bytes, float Score)[] ReadList(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return ReadPieces(path, document.RootElement);
        }
        catch (JsonException e)
        {
            throw new ModelFolderException(path, $"is not valid JSON: {e.Message}", e);
        }
    }

    /// <summary>llama2.c's form: the longest length, then per piece a float32 score, an int32 length and its bytes.</summary>
    internal static (byte[] Bytes, float Score)[] ReadBinary(string path)
    {
        var rest = File.ReadAllBytes(path).AsSpan();
        var pieces = new List<(byte[], float)>();
        rest = rest.Length < 4 ? throw new ModelFolderException(path, "is too short to be a tokenizer") : rest[4..];
        while (rest.Length > 0)
        {
            var length = rest.Length < 8 ? -1 : BinaryPrimitives.ReadInt32LittleEndian(rest[4..]);
            if (length is < 0 or > LongestPiece || rest.Length < 8 + length)
            {
                throw new ModelFolderException(path, $"is cut off or broken at piece {pieces.Count}");
            }

            pieces.Add((rest.Slice(8, length).ToArray(), BinaryPrimitives.ReadSingleLittleEndian(rest)));
            rest = rest[(8 + length)..];
        }

        return [.. pieces];
    }

    private static (byte[] Bytes, float Score)[] ReadPieces(string path, JsonElement list)
    {
        try
        {
            return
            [
                .. list.EnumerateArray()
                    .Select(p => (Convert.FromHexString(p.GetProperty("bytes_hex").GetString()!), p.GetProperty("score").GetSingle())),
            ];
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException or ArgumentNullException)
        {
            throw new ModelFolderException(path, "is not a list of pieces, each with bytes_hex and score", e);
        }
    }
}
