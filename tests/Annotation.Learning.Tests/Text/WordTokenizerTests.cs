using Annotation.Learning.Tests.Training;
using Annotation.Learning.Text;
using Annotation.Learning.Text.Templates;
using Xunit;

namespace Annotation.Learning.Tests.Text;

public sealed class WordTokenizerTests
{
    private const int FirstWord = 262;
    private static readonly WordTokenizer _tokenizer = new(["The", " fox", " is"]);

    [Fact]
    public void Words_are_one_id_each_and_everything_else_is_spelled()
    {
        Assert.Equal([FirstWord, FirstWord + 1, FirstWord + 2, ' ', 'o', 'd', 'd', '.'], _tokenizer.Encode("The fox is odd."));
        // Another space, or none, is another word.
        Assert.Equal(['f', 'o', 'x', ' ', FirstWord + 1], _tokenizer.Encode("fox  fox"));
        Assert.Equal(FirstWord + 3, _tokenizer.VocabularySize);
    }

    [Theory]
    [InlineData("")]
    [InlineData("The fox is here, isn't it?\n  Yes: 100 %.")]
    [InlineData("Grüße, 狐 and 🦊 fox")]
    public void Every_text_comes_back(string text) => Assert.Equal(text, _tokenizer.Decode([.. _tokenizer.Encode(text)]));

    [Fact]
    public void Learns_the_words_that_occur_often_enough_the_most_frequent_first()
    {
        var learned = WordTokenizer.Learn(["a fox is a fox", "The fox is", "The owl"], 2);

        Assert.Equal([FirstWord], learned.Encode(" fox")); // three times
        Assert.Equal([FirstWord + 1], learned.Encode(" is")); // twice, and before "The" in the order of code units
        Assert.Equal([FirstWord + 2], learned.Encode("The"));
        Assert.Equal(FirstWord + 3, learned.VocabularySize); // "owl" occurs once, "a" is a single character, " a" occurs once
    }

    [Fact]
    public void Another_vocabulary_of_the_same_size_is_another_tokenizer()
    {
        Assert.True(_tokenizer.HasIdsOf(new WordTokenizer(["The", " fox", " is"])));
        Assert.False(_tokenizer.HasIdsOf(new WordTokenizer(["The", " is", " fox"])));
        Assert.False(_tokenizer.HasIdsOf(new WordTokenizer(["The", " fox"])));
        Assert.False(_tokenizer.HasIdsOf(new ByteTokenizer()));
    }

    [Fact]
    public void Is_kept_in_a_model_folder()
    {
        using var folder = new TemporaryFolder();
        _tokenizer.Save(folder.Path);

        var loaded = Tokenizer.Load(folder.Path);

        Assert.IsType<WordTokenizer>(loaded);
        Assert.Equal(_tokenizer.Encode("The fox is odd."), loaded.Encode("The fox is odd."));
        Assert.Equal(_tokenizer.RoleId("assistant"), loaded.RoleId("assistant"));
        Assert.IsType<RolesTemplate>(ChatTemplate.For(loaded));
    }

    [Theory]
    [InlineData("""{"tokenizer_class":"WordTokenizer"}""", "words")]
    [InlineData("""{"tokenizer_class":"WordTokenizer","words":["a b",7]}""", "words")]
    [InlineData("""{"tokenizer_class":"WordTokenizer","words":[" fox"," fox"]}""", "words")]
    public void A_broken_list_is_refused_by_name(string json, string field)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "tokenizer_config.json"), json);

        Assert.Contains(field, Assert.Throws<ModelFolderException>(() => Tokenizer.Load(folder.Path)).Message, StringComparison.Ordinal);
    }
}
