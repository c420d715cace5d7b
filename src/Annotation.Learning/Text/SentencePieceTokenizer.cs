using System.Globalization;
using System.Text;
using System.Text.Json;
using Annotation.Learning.Text.BytePairs;

namespace Annotation.Learning.Text;

/// <summary>
/// Pieces with scores, merged greedily by score, as in llama2.c: a text starts as one piece per character (or, for an
/// unknown character, per UTF-8 byte), and the adjacent pair with the highest-scored union is merged until none is left.
/// </summary>
/// <remarks>
/// A document's text gets a space before it, and decoding takes it away again. In these vocabularies documents follow
/// each other separated by bos alone, so bos is also what ends a completion. Byte pieces are the 256 ids from 3 on; the
/// unknown piece (id 0) is never needed and serves as padding.
/// </remarks>
public sealed class SentencePieceTokenizer : Tokenizer
{
    internal const string FileName = "sentencepiece.json";
    private const int Bos = 1;
    private const int FirstByte = 3;
    private const int FirstPiece = FirstByte + 256;
    private readonly (byte[] Bytes, float Score)[] _pieces;
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<(int Left, int Right), int> _unions = [];

    private SentencePieceTokenizer((byte[] Bytes, float Score)[] pieces)
    {
        _pieces = pieces;
        _ids = new Dictionary<string, int>(pieces.Length, StringComparer.Ordinal);
        for (var id = FirstPiece; id < pieces.Length; id++)
        {
            _ids.TryAdd(Key(pieces[id].Bytes), id);
        }

        foreach (var (key, id) in _ids)
        {
            for (var cut = 1; cut < key.Length; cut++)
            {
                if (_ids.TryGetValue(key[..cut], out var left) && _ids.TryGetValue(key[cut..], out var right))
                {
                    _unions[(left, right)] = id;
                }
            }
        }
    }

    public override int VocabularySize => _pieces.Length;

    public override int BosId => Bos;

    public override int EosId => Bos;

    public override int PadId => 0;

    public override IReadOnlyList<int> Encode(string text) => text.Length == 0 ? [] : Merge(" " + text);

    public override IReadOnlyList<int> EncodeContinuation(string text) => Merge(text);

    public override string Decode(ReadOnlySpan<int> ids)
    {
        var bytes = new List<byte>(ids.Length * 4);
        for (var i = 0; i < ids.Length; i++)
        {
            if (ids[i] is >= FirstByte and < FirstPiece)
            {
                bytes.Add((byte)(ids[i] - FirstByte));
            }
            else if (ids[i] >= FirstPiece && ids[i] < _pieces.Length)
            {
                var piece = _pieces[ids[i]].Bytes;
                var isFirst = i > 0 && ids[i - 1] == Bos;
                bytes.AddRange(isFirst && piece[0] == (byte)' ' ? piece.AsSpan(1) : piece);
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    public override void Save(string folder)
    {
        var pieces = _pieces.Select(p => new { bytes_hex = Convert.ToHexStringLower(p.Bytes), score = p.Score });
        File.WriteAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(new { pieces }, ModelFolderJson.Indented));
    }

    /// <summary>The tokenizer in this folder's piece file, or null when it has none.</summary>
    internal static SentencePieceTokenizer? TryLoad(string folder)
    {
        var own = Path.Combine(folder, FileName);
        var json = Path.Combine(folder, "tok512.json");
        var binary = Path.Combine(folder, "tok512.bin");
        return File.Exists(own) ? new(Checked(own, SentencePieceFile.ReadObject(own)))
            : File.Exists(binary) ? new(Checked(binary, SentencePieceFile.ReadBinary(binary)))
            : File.Exists(json) ? new(Checked(json, SentencePieceFile.ReadList(json)))
            : null;
    }

    private static (byte[] Bytes, float Score)[] Checked(string path, (byte[] Bytes, float Score)[] pieces)
    {
        for (var id = 0; id < FirstPiece; id++)
        {
            var name = id < FirstByte ? null : string.Create(CultureInfo.InvariantCulture, $"<0x{id - FirstByte:X2}>");
            if (id >= pieces.Length || (name is not null && Encoding.ASCII.GetString(pieces[id].Bytes) != name))
            {
                throw new ModelFolderException(
                    path,
                    $"piece {id} should be {name ?? "a special one"}: only vocabularies with byte pieces from id {FirstByte} on can be used"
                );
            }
        }

        var empty = Array.FindIndex(pieces, p => p.Bytes.Length == 0);
        return empty < 0 ? pieces : throw new ModelFolderException(path, $"piece {empty} is empty");
    }

    private List<int> Merge(string text)
    {
        var ids = Characters(text);
        var (previous, next) = (new int[ids.Count], new int[ids.Count]); // neighbours that are left, or -1
        var queue = new PriorityQueue<Merger, (float, int)>();
        for (var i = 0; i < ids.Count; i++)
        {
            (previous[i], next[i]) = (i - 1, i + 1 < ids.Count ? i + 1 : -1);
            Offer(i - 1, i);
        }

        while (queue.TryDequeue(out var merger, out _))
        {
            var (left, leftId, rightId, merged) = merger;
            var right = ids[left] == leftId ? next[left] : -1;
            if (right < 0 || ids[right] != rightId)
            {
                continue; // One of the two has been merged with another since.
            }

            (ids[left], ids[right], next[left]) = (merged, -1, next[right]);
            if (next[left] >= 0)
            {
                previous[next[left]] = left;
            }

            Offer(previous[left], left);
            Offer(left, next[left]);
        }

        ids.RemoveAll(id => id < 0);
        return ids;

        // The highest score first, and of equal ones the leftmost.
        void Offer(int left, int right)
        {
            if (left >= 0 && right >= 0 && _unions.TryGetValue((ids[left], ids[right]), out var union))
            {
                queue.Enqueue(new Merger(left, ids[left], ids[right], union), (-_pieces[union].Score, left));
            }
        }
    }

    /// <summary>One id per character that is a piece, else one per byte.</summary>
    private List<int> Characters(string text)
    {
        var ids = new List<int>(text.Length);
        Span<byte> buffer = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            var bytes = buffer[..rune.EncodeToUtf8(buffer)];
            if (_ids.TryGetValue(Key(bytes), out var id))
            {
                ids.Add(id);
                continue;
            }

            foreach (var b in bytes)
            {
                ids.Add(FirstByte + b);
            }
        }

        return ids;
    }

    // One char per byte: pieces need not be whole characters.
    private static string Key(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    private readonly record struct Merger(int Left, int LeftId, int RightId, int Merged);
}
