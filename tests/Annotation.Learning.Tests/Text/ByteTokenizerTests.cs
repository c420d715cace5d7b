using Annotation.Learning.Text;
using Xunit;

namespace Annotation.Learning.Tests.Text;

public sealed class ByteTokenizerTests
{
    private readonly ByteTokenizer _tokenizer = new();

    [Theory]
    [InlineData("")]
    [InlineData("two  spaces\n")]
    [InlineData("naïve café 😀 漢字")]
    public void Text_comes_back(string text)
    {
        var ids = _tokenizer.Encode(text);
        Assert.All(ids, id => Assert.InRange(id, 0, 255));
        Assert.Equal(text, _tokenizer.Decode([.. ids]));
    }

    [Fact]
    public void Ids_are_bytes_and_special_ids_have_no_text()
    {
        Assert.Equal([72, 105, 195, 169], _tokenizer.Encode("Hié"));
        Assert.Equal("Hi", _tokenizer.Decode([256, 72, 259, 260, 105, 261, 257, 258]));
        Assert.Equal((256, 257, 258, 262), (_tokenizer.BosId, _tokenizer.EosId, _tokenizer.PadId, _tokenizer.VocabularySize));
        Assert.Equal("\uFFFDx", _tokenizer.Decode([195, 120]));
    }

    [Fact]
    public void No_text_encodes_to_a_marker()
    {
        Assert.All(_tokenizer.Encode("<user><eos><|assistant|>"), id => Assert.True(id < 256));
        Assert.Null(_tokenizer.RoleId("bos"));
        Assert.Null(_tokenizer.RoleId("tool"));
        Assert.Equal([259, 260, 261], new[] { "system", "user", "assistant" }.Select(r => _tokenizer.RoleId(r)!.Value));
    }
}
