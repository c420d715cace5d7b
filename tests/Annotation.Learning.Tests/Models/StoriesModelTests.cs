using System.IO.Compression;
using System.Text.Json;
using Annotation.Learning.Generation;
using Annotation.Learning.Models;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.Models;

/// <summary>
/// A real pretrained model against an independent float64 implementation. Runs when ANNOTATION_DATA names the folder
/// that has models/stories260k.
/// </summary>
public sealed class StoriesModelTests
{
    private static string Folder =>
        Environment.GetEnvironmentVariable("ANNOTATION_DATA") is { Length: > 0 } data
        && Directory.Exists(Path.Combine(data, "models", "stories260k"))
            ? Path.Combine(data, "models", "stories260k")
            : "";

    [Fact]
    public void Texts_encode_to_the_same_ids_and_back()
    {
        using var golden = Golden();
        using var model = Pretrained.Load(Folder, CPU);
        foreach (var sample in golden.RootElement.GetProperty("tokenizer").EnumerateArray())
        {
            var text = sample.GetProperty("text").GetString()!;
            int[] ids = [model.Tokenizer.BosId, .. model.Tokenizer.Encode(text)];
            Assert.Equal(Ids(sample.GetProperty("ids_with_bos")), ids);
            Assert.Equal(text, model.Tokenizer.Decode(ids));
        }
    }

    [Fact]
    public void Logits_are_those_of_the_reference()
    {
        using var golden = Golden();
        using var scope = NewDisposeScope();
        using var model = Pretrained.Load(Folder, CPU);
        var next = golden.RootElement.GetProperty("next_token");
        var ids = tensor(Ids(next.GetProperty("ids")).Select(i => (long)i).ToArray(), ScalarType.Int64, CPU).unsqueeze(0);
        var logits = model.Model.Logits(model.Model.Hidden(ids))[0, -1].data<float>().ToArray();
        var expected = next.GetProperty("all_logits").EnumerateArray().Select(n => n.GetDouble()).ToArray();

        Assert.Equal(512, expected.Length);
        Assert.All(logits.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-4));
    }

    [Fact]
    public void Likelihoods_of_stories_are_those_of_the_reference()
    {
        using var golden = Golden();
        using var model = Pretrained.Load(Folder, CPU);
        var path = Path.Combine(Folder, "..", "..", "tinystories", "stories.dev.jsonl.gz");
        using var lines = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        foreach (var story in golden.RootElement.GetProperty("nll").GetProperty("first_5_stories").EnumerateArray())
        {
            using var scope = NewDisposeScope();
            using var line = JsonDocument.Parse(lines.ReadLine()!);
            var text = line.RootElement.GetProperty("text").GetString()!.Trim().Replace("\n\n", "\n", StringComparison.Ordinal);
            var ids = tensor(
                model.Tokenizer.Encode(text).Prepend(model.Tokenizer.BosId).Take(512).Select(i => (long)i).ToArray(),
                ScalarType.Int64,
                CPU
            );
            var logits = model.Model.Logits(model.Model.Hidden(ids.unsqueeze(0)))[0];
            var count = ids.shape[0] - 1;
            var nll = -logits.narrow(0, 0, count).log_softmax(-1).gather(1, ids.narrow(0, 1, count).unsqueeze(1)).sum().item<float>();

            Assert.Equal(story.GetProperty("n_tokens_incl_bos").GetInt32(), count + 1);
            Assert.Equal(story.GetProperty("sum_nll_nats").GetDouble(), nll, 0.01);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Greedy_text_is_identical_after_import_and_after_saving(bool saved)
    {
        using var golden = Golden();
        using var imported = Pretrained.Load(Folder, CPU);
        var folder = Directory.CreateTempSubdirectory("annotation-test-");
        try
        {
            imported.Save(folder.FullName);
            using var model = Pretrained.Load(saved ? folder.FullName : Folder, CPU);
            var greedy = golden.RootElement.GetProperty("greedy_200");
            var expected = Ids(greedy.GetProperty("ids"));
            var prompt = model.Template.EncodePrompt([new("user", "Once upon a time")]);
            var settings = new SamplingSettings { Temperature = 0, MaxNewTokens = expected.Length - prompt.Count };
            var completion = new Sampler(model).Generate([prompt], settings, TestContext.Current.CancellationToken)[0];

            Assert.Equal(expected, prompt.Concat(completion.Ids));
            Assert.Equal(greedy.GetProperty("text").GetString(), "Once upon a time" + completion.Text);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static JsonDocument Golden()
    {
        Assert.SkipWhen(Folder.Length == 0, "ANNOTATION_DATA does not name a folder with models/stories260k.");
        return JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "golden.json")));
    }

    private static int[] Ids(JsonElement list) => [.. list.EnumerateArray().Select(n => n.GetInt32())];
}
