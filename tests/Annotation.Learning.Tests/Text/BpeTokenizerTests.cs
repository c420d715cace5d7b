using System.IO.Compression;
using System.Text.Json.Nodes;
using Annotation.Learning.Tests.Training;
using Annotation.Learning.Text;
using Annotation.Learning.Text.BytePairs;
using Google.Protobuf;
using Xunit;

namespace Annotation.Learning.Tests.Text;

public sealed class BpeTokenizerTests : IDisposable
{
    private static readonly string? _data = Environment.GetEnvironmentVariable("ANNOTATION_DATA");
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Gpt2s_files_give_the_ids_of_the_reference()
    {
        Assert.SkipWhen(_data is null, "ANNOTATION_DATA names no folder with real files.");
        var source = Path.Combine(_data, "tokenizers", "gpt2");
        Unpack(Path.Combine(source, "vocab.json.gz"), "vocab.json");
        Unpack(Path.Combine(source, "merges.txt.gz"), "merges.txt");
        var expected = JsonNode.Parse(File.ReadAllText(Path.Combine(source, "swift-transformers-gpt2_encoded_tokens.json")))!;

        var tokenizer = Tokenizer.Load(_folder.Path);

        var text = (string)expected["text"]!;
        Assert.Equal(expected["token_ids"]!.AsArray().Select(i => (int)i!), tokenizer.Encode(text));
        Assert.Equal(text, tokenizer.Decode([.. tokenizer.Encode(text)]));
        Assert.Equal((50257, 50256), (tokenizer.VocabularySize, tokenizer.EosId));
        Assert.DoesNotContain(50256, tokenizer.Encode("<|endoftext|>"));
    }

    [Fact]
    public void A_tokenizer_json_gives_the_ids_of_another_implementation()
    {
        Assert.SkipWhen(_data is null, "ANNOTATION_DATA names no folder with real files.");
        File.Copy(Path.Combine(_data, "tokenizers", "hf-tokenizer-json", "tokenizer.json"), Path.Combine(_folder.Path, "tokenizer.json"));
        var model = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder.Path, "tokenizer.json")))!["model"]!;
        var peer = Microsoft.ML.Tokenizers.BpeTokenizer.Create(
            new Microsoft.ML.Tokenizers.BpeOptions(model["vocab"]!.AsObject().Select(p => KeyValuePair.Create(p.Key, (int)p.Value!)))
            {
                Merges = model["merges"]!.AsArray().Select(m => (string)m!),
                ByteLevel = true,
                PreTokenizer = new Microsoft.ML.Tokenizers.RegexPreTokenizer(
                    new(@"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"),
                    null
                ),
            }
        );
        var tokenizer = Tokenizer.Load(_folder.Path);
        const string Text = "What's  the difference between naïve and 漢字? It'll take 12 days…\n\n\tThe end, she'd say.  ";
        Assert.Equal(peer.EncodeToIds(Text), tokenizer.Encode(Text));
        Assert.Equal(Text, tokenizer.Decode([.. tokenizer.Encode(Text)]));
    }

    [Fact]
    public void Merging_takes_the_earliest_rule_first()
    {
        // From hand: "hello" is h e l l o; "l l" comes before "h e", then "he ll" joins them; "o" stays.
        var tokenizer = Load(["l l", "h e", "he ll", "Ġ he"]);
        Assert.Equal(["hell", "o"], Pieces(tokenizer, "hello"));
        Assert.Equal(["h", "e", "l"], Pieces(Load(["l l"]), "hel"));
        Assert.Equal(["ll", "l"], Pieces(tokenizer, "lll"));
        Assert.Equal("hello hello", tokenizer.Decode([.. tokenizer.Encode("hello hello")]));
    }

    [Fact]
    public void A_letter_beyond_the_basic_plane_is_a_letter()
    {
        // U+20000 is a letter, so "a" before it is in the same piece and may merge with its first byte, F0.
        var tokenizer = Load(["a ð"]);
        Assert.Equal([256, .. tokenizer.Encode("\U00020000").Skip(1)], tokenizer.Encode("a\U00020000"));
        // A smiling face is none: the split keeps them apart.
        Assert.Equal([.. tokenizer.Encode("a"), .. tokenizer.Encode("😀")], tokenizer.Encode("a😀"));
        Assert.Equal("a\U00020000 😀", tokenizer.Decode([.. tokenizer.Encode("a\U00020000 😀")]));
    }

    [Fact]
    public void A_special_token_is_never_found_in_a_text_and_an_added_word_is()
    {
        var tokenizer = Load(
            [],
            """[{"id": 900, "content": "<|im_end|>", "special": true}, {"id": 901, "content": "<tool>", "special": false, "lstrip": true}]"""
        );
        Assert.DoesNotContain(900, tokenizer.Encode("a<|im_end|>"));
        Assert.Equal("a<|im_end|>", tokenizer.Decode([.. tokenizer.Encode("a<|im_end|>")]));
        Assert.Equal([.. tokenizer.Encode("a"), 901, .. tokenizer.Encode("b")], tokenizer.Encode("a  <tool>b"));
        Assert.Equal("a", tokenizer.Decode([.. tokenizer.Encode("a"), 900]));
        Assert.Equal(902, tokenizer.VocabularySize);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_our_own_tokenizers_write_for_others_gives_the_same_ids(bool words)
    {
        Tokenizer own = words ? WordTokenizer.Learn(["the cat sat on the mat, the cat"], atLeast: 2) : new ByteTokenizer();
        own.Save(_folder.Path);
        const string Text = "The cat  sat on the\ncat's mat: naïve 漢 😀 <user>";
        Assert.IsType(own.GetType(), Tokenizer.Load(_folder.Path));

        // Without our own note it is a tokenizer of Hugging Face's.
        var path = Path.Combine(_folder.Path, "tokenizer_config.json");
        var config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        Assert.True(config.Remove("annotation_class"));
        File.WriteAllText(path, config.ToJsonString());
        var other = Assert.IsType<BpeTokenizer>(Tokenizer.Load(_folder.Path));

        Assert.Equal(own.Encode(Text), other.Encode(Text));
        Assert.Equal(Text, other.Decode([.. other.Encode(Text)]));
        Assert.Equal((own.VocabularySize, own.BosId, own.EosId, own.PadId), (other.VocabularySize, other.BosId, other.EosId, other.PadId));
        Assert.Equal(261, other.SpecialId("<assistant>"));
    }

    [Fact]
    public void A_saved_tokenizer_has_the_same_files()
    {
        var tokenizer = Load(["l l"]);
        using var other = new TemporaryFolder();
        tokenizer.Save(other.Path);
        foreach (var file in Directory.GetFiles(_folder.Path))
        {
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(other.Path, Path.GetFileName(file))));
        }
        Assert.Equal(tokenizer.Encode("hello"), Tokenizer.Load(other.Path).Encode("hello"));
    }

    [Fact]
    public void A_sentencepiece_model_merges_by_score_and_spells_the_rest_in_bytes()
    {
        // Ids: 0 unknown, 1 bos, 2 eos, 3 to 258 bytes, then the pieces of the list.
        WriteSentencePiece(2, ("▁", -3), ("a", -4), ("b", -5), ("c", -6), ("ab", -1), ("bc", 0), ("▁a", -2));
        File.WriteAllText(
            Path.Combine(_folder.Path, "tokenizer_config.json"),
            """{"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": {"content": "</s>"}, "unk_token": "<unk>"}"""
        );
        var tokenizer = Tokenizer.Load(_folder.Path);
        Assert.Equal([259 + 6, 259 + 5], tokenizer.Encode("abc")); // "▁a", "bc"
        Assert.Equal([259 + 1, 259 + 5], tokenizer.EncodeContinuation("abc")); // "bc" scores more than "ab"
        Assert.Equal([259 + 4, 259 + 0, 259 + 2], tokenizer.EncodeContinuation("ab b"));
        Assert.Equal([3 + 0xE6, 3 + 0xBC, 3 + 0xA2], tokenizer.EncodeContinuation("漢"));
        Assert.Equal([1], tokenizer.DocumentStart);
        Assert.Equal("abc 漢", tokenizer.Decode([1, .. tokenizer.Encode("abc 漢"), 2]));
        Assert.Equal((1, 2, 0, 266), (tokenizer.BosId, tokenizer.EosId, tokenizer.PadId, tokenizer.VocabularySize));
    }

    [Fact]
    public void Tokenizers_that_compute_something_else_are_refused_by_name()
    {
        WriteSentencePiece(1, ("a", 0));
        Refused("tokenizer.model", "is a SentencePiece model of the kind unigram; only BPE can be used");
        var path = Path.Combine(_folder.Path, "tokenizer.json");
        File.WriteAllText(path, """{"model": {"type": "WordPiece", "vocab": {}, "merges": []}}""");
        Refused("tokenizer.json", "has a model of type 'WordPiece'; only BPE can be used");
        File.WriteAllText(
            path,
            """{"pre_tokenizer": {"type": "BertPreTokenizer"}, "model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}"""
        );
        Refused("tokenizer.json", "has a pre-tokenizer 'BertPreTokenizer', which is not known here");
        File.WriteAllText(path, """{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a b"]}}""");
        Refused("tokenizer.json", "merge 1, 'a b', is not of pieces of the vocabulary");
        File.WriteAllText(path, """{"model": {"type": "BPE", "vocab": {"a": 2000000000}, "merges": []}}""");
        Refused("tokenizer.json", "piece 'a' has id 2000000000, which no vocabulary reaches");
    }

    private void Refused(string file, string problem)
    {
        var refusal = Assert.Throws<ModelFolderException>(() => Tokenizer.Load(_folder.Path));
        Assert.Equal($"{Path.Combine(_folder.Path, file)}: {problem}", refusal.Message);
    }

    private static IEnumerable<string> Pieces(Tokenizer tokenizer, string text) =>
        tokenizer.Encode(text).Select(id => tokenizer.Decode([id]));

    /// <summary>A byte-level tokenizer of the 256 characters, these merges and eos.</summary>
    private Tokenizer Load(string[] merges, string added = "[]")
    {
        var characters = Enumerable.Range(0, 256).Select(b => b is >= 0x21 and <= 0x7E or >= 0xA1 and <= 0xAC or >= 0xAE ? b : -1).ToList();
        var next = 256;
        var vocabulary = characters.Select(c => ((char)(c >= 0 ? c : next++)).ToString()).Concat(merges.Select(m => m.Replace(" ", "")));
        var json = new JsonObject
        {
            ["added_tokens"] = JsonNode.Parse(added),
            ["pre_tokenizer"] = JsonNode.Parse("""{"type": "ByteLevel", "add_prefix_space": false, "use_regex": true}"""),
            ["decoder"] = JsonNode.Parse("""{"type": "ByteLevel"}"""),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["vocab"] = new JsonObject([.. vocabulary.Append("</s>").Select((p, id) => KeyValuePair.Create(p, (JsonNode?)id))]),
                ["merges"] = new JsonArray([.. merges.Select(m => JsonValue.Create(m))]),
            },
        };
        File.WriteAllText(Path.Combine(_folder.Path, "tokenizer.json"), json.ToJsonString());
        File.WriteAllText(Path.Combine(_folder.Path, "tokenizer_config.json"), """{"eos_token": "</s>"}""");
        return Tokenizer.Load(_folder.Path);
    }

    private void Unpack(string source, string name)
    {
        using var packed = new GZipStream(File.OpenRead(source), CompressionMode.Decompress);
        using var target = File.Create(Path.Combine(_folder.Path, name));
        packed.CopyTo(target);
    }

    /// <summary>A tokenizer.model by SentencePiece's schema: 1 pieces (1 piece, 2 score, 3 type), 2 trainer (3 kind), 3 normalizer (3 prefix, 4 trims).</summary>
    private void WriteSentencePiece(int kind, params (string Piece, float Score)[] pieces)
    {
        using var stream = File.Create(Path.Combine(_folder.Path, "tokenizer.model"));
        using var output = new CodedOutputStream(stream);
        var all = new (string Piece, float Score, int Type)[] { ("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3) }
            .Concat(Enumerable.Range(0, 256).Select(b => ($"<0x{b:X2}>", 0f, 6)))
            .Concat(pieces.Select(p => (p.Piece, p.Score, 1)));
        foreach (var (piece, score, type) in all)
        {
            Message(
                1,
                inner =>
                {
                    inner.WriteTag(1, WireFormat.WireType.LengthDelimited);
                    inner.WriteString(piece);
                    inner.WriteTag(2, WireFormat.WireType.Fixed32);
                    inner.WriteFloat(score);
                    inner.WriteTag(3, WireFormat.WireType.Varint);
                    inner.WriteInt32(type);
                }
            );
        }
        Message(
            2,
            inner =>
            {
                inner.WriteTag(3, WireFormat.WireType.Varint);
                inner.WriteInt32(kind);
            }
        );
        Message(
            3,
            inner =>
            {
                inner.WriteTag(3, WireFormat.WireType.Varint);
                inner.WriteBool(true);
                inner.WriteTag(4, WireFormat.WireType.Varint);
                inner.WriteBool(false);
            }
        );

        void Message(int field, Action<CodedOutputStream> write)
        {
            using var buffer = new MemoryStream();
            using (var inner = new CodedOutputStream(buffer, leaveOpen: true))
            {
                write(inner);
            }
            output.WriteTag(field, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(buffer.ToArray()));
        }
    }
}
