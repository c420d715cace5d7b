using System.Text;
using System.Text.Json;
using Annotation.Learning.Text;
using Xunit;

namespace Annotation.Learning.Tests.Text;

public sealed class SentencePieceTokenizerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("annotation-test-").FullName;

    // Ids from 259 on. "ab" beats "bc", and " ab" can only be made from " " and "ab".
    private static readonly (string Piece, float Score)[] _pieces =
    [
        (" ", -10),
        ("a", -11),
        ("b", -12),
        ("c", -13),
        ("ab", 0),
        ("bc", -1),
        (" ab", -2),
        ("é", -14),
        ("aa", -3),
    ];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_best_pair_is_merged_first()
    {
        var tokenizer = Tokenizer.Load(WriteBinary(_pieces));
        Assert.Equal([265, 262], tokenizer.Encode("abc")); // " ab", "c"
        Assert.Equal([259, 264], tokenizer.Encode("bc")); // " ", "bc"
        Assert.Equal([263, 262], tokenizer.EncodeContinuation("abc")); // "ab", "c"
        Assert.Equal([267, 260], tokenizer.EncodeContinuation("aaa")); // the left one of equals: "aa", "a"
        Assert.Empty(tokenizer.Encode(""));
    }

    [Fact]
    public void Unknown_characters_become_bytes_and_come_back()
    {
        var tokenizer = Tokenizer.Load(WriteBinary(_pieces));
        Assert.Equal([266, 3 + 0xE6, 3 + 0xBC, 3 + 0xA2], tokenizer.EncodeContinuation("é漢"));
        Assert.Equal("é漢", tokenizer.Decode([.. tokenizer.EncodeContinuation("é漢")]));
    }

    [Fact]
    public void The_space_before_a_document_is_taken_away_again()
    {
        var tokenizer = Tokenizer.Load(WriteBinary(_pieces));
        Assert.Equal("abc", tokenizer.Decode([1, .. tokenizer.Encode("abc")]));
        Assert.Equal(" abc", tokenizer.Decode([.. tokenizer.Encode("abc")]));
        Assert.Equal(" ab", tokenizer.Decode([1, .. tokenizer.Encode(" ab")]));
    }

    [Fact]
    public void Long_texts_are_merged_as_short_ones_are()
    {
        // Repetition of a text whose merges do not cross its end: expected from the short text alone.
        var tokenizer = Tokenizer.Load(WriteBinary(_pieces));
        var expected = Enumerable.Repeat(tokenizer.EncodeContinuation("abcé"), 20_000).SelectMany(ids => ids);
        Assert.Equal(expected, tokenizer.EncodeContinuation(string.Concat(Enumerable.Repeat("abcé", 20_000))));
    }

    [Fact]
    public void The_saved_tokenizer_is_the_same()
    {
        var tokenizer = Tokenizer.Load(WriteBinary(_pieces));
        var saved = Directory.CreateDirectory(Path.Combine(_folder, "saved")).FullName;
        tokenizer.Save(saved);
        var loaded = Tokenizer.Load(saved);
        Assert.Equal(tokenizer.Encode("abc é漢 aaa"), loaded.Encode("abc é漢 aaa"));
        Assert.Equal((268, 1, 1, 0), (loaded.VocabularySize, loaded.BosId, loaded.EosId, loaded.PadId));
    }

    [Fact]
    public void The_readable_list_is_read()
    {
        var all = All(_pieces)
            .Select(
                (p, id) =>
                    new
                    {
                        id,
                        bytes_hex = Convert.ToHexString(Encoding.UTF8.GetBytes(p.Piece)),
                        score = p.Score,
                    }
            );
        File.WriteAllText(Path.Combine(_folder, "tok512.json"), JsonSerializer.Serialize(all));
        Assert.Equal([265, 262], Tokenizer.Load(_folder).Encode("abc"));
    }

    [Fact]
    public void Broken_files_are_refused()
    {
        var path = Path.Combine(WriteBinary(_pieces), "tok512.bin");
        var bytes = File.ReadAllBytes(path);
        Refused(bytes[..^1], "is cut off or broken at piece 267");
        Refused(bytes[..2], "is too short to be a tokenizer");
        Refused(bytes[..100], "is cut off or broken at piece 7"); // 4 bytes, then 13 + 11 + 12 and 14 for each byte piece
        bytes[10] = 255;
        Refused(bytes, "is cut off or broken at piece 0");

        void Refused(byte[] content, string problem)
        {
            File.WriteAllBytes(path, content);
            Assert.Equal($"{path}: {problem}", Assert.Throws<ModelFolderException>(() => Tokenizer.Load(_folder)).Message);
        }
    }

    private static IEnumerable<(string Piece, float Score)> All((string Piece, float Score)[] pieces) =>
        new[] { "<unk>", "<s>", "</s>" }.Concat(Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>")).Select(p => (p, 0f)).Concat(pieces);

    private string WriteBinary((string Piece, float Score)[] pieces)
    {
        using var writer = new BinaryWriter(File.Create(Path.Combine(_folder, "tok512.bin")));
        writer.Write(7);
        foreach (var (piece, score) in All(pieces))
        {
            var bytes = Encoding.UTF8.GetBytes(piece);
            writer.Write(score);
            writer.Write(bytes.Length);
            writer.Write(bytes);
        }

        return _folder;
    }
}
