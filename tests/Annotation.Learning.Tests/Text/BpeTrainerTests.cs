using System.IO.Compression;
using System.Text.Json.Nodes;
using Annotation.Learning.Tests.Training;
using Annotation.Learning.Text;
using Annotation.Learning.Text.BytePairs;
using Annotation.Learning.Text.Templates;
using Xunit;

namespace Annotation.Learning.Tests.Text;

public sealed class BpeTrainerTests : IDisposable
{
    private static readonly string? _data = Environment.GetEnvironmentVariable("ANNOTATION_DATA");
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Training_gives_the_merges_of_the_reference()
    {
        Assert.SkipWhen(_data is null, "ANNOTATION_DATA names no folder with real files.");
        var source = Path.Combine(_data, "tokenizers", "bpe-train");
        using var reader = new StreamReader(
            new GZipStream(File.OpenRead(Path.Combine(source, "corpus.en.gz")), CompressionMode.Decompress)
        );

        var tokenizer = BpeTrainer.Train([reader.ReadToEnd()], 500, ["<|endoftext|>"], _folder.Path);

        var written = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder.Path, "tokenizer.json")))!["model"]!;
        Assert.Equal(File.ReadAllLines(Path.Combine(source, "reference-merges.txt")), written["merges"]!.AsArray().Select(m => (string)m!));
        var reference = JsonNode.Parse(File.ReadAllText(Path.Combine(source, "reference-vocab.json")))!.AsObject();
        Assert.Equal(
            reference.OrderBy(p => (int)p.Value!).Select(p => p.Key),
            written["vocab"]!.AsObject().OrderBy(p => (int)p.Value!).Select(p => p.Key)
        );
        Assert.Equal((500, 0, 0), (tokenizer.VocabularySize, tokenizer.BosId, tokenizer.EosId));
    }

    [Fact]
    public void A_vocabulary_for_conversations_ends_turns_and_survives_its_files()
    {
        string[] texts = ["the cat sat on the mat", "the dog sat on the cat", "hé? ✓"];
        var tokenizer = BpeTrainer.TrainForChat(texts, BpeTrainer.SmallestChatVocabulary + 12);
        tokenizer.Save(_folder.Path);
        var loaded = Tokenizer.Load(_folder.Path);

        Assert.Equal(BpeTrainer.SmallestChatVocabulary + 12, loaded.VocabularySize);
        Assert.Equal((loaded.SpecialId("<|im_end|>"), loaded.SpecialId("<|endoftext|>")), (loaded.EosId, loaded.PadId));
        Assert.All(texts, t => Assert.Equal(t, loaded.Decode([.. loaded.Encode(t)])));
        Assert.True(loaded.Encode(texts[0]).Count < texts[0].Length);
        var template = ChatTemplate.For(loaded, _folder.Path);
        Assert.Equal("chatml", template.Name);
        Assert.Equal(loaded.SpecialId("<|im_start|>"), template.EncodePrompt([new("user", "the cat")])[0]);
        Assert.DoesNotContain(loaded.EosId, loaded.Encode("<|im_end|>"));
    }
}
