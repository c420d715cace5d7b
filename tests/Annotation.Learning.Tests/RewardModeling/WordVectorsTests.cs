using Annotation.Learning.RewardModeling;
using Annotation.Learning.RewardModeling.Features;
using Annotation.Learning.Text;
using Annotation.Learning.Training;
using Xunit;

namespace Annotation.Learning.Tests.RewardModeling;

public sealed class WordVectorsTests
{
    // Two kinds of words that stand among their own only: a0 … a149 and b0 … b149.
    private static readonly IReadOnlyList<RankedPrompt> _rankings = Draw();

    [Fact]
    public void Words_of_like_neighbours_are_near()
    {
        var vectors = WordVectors.Learn(_rankings)!;
        Assert.True(vectors.IsWhole);
        var near = Cosine(vectors, "a1", "a2");
        var far = Cosine(vectors, "a1", "b2");
        Assert.True(near > far + 0.3, $"{near} and {far}");
    }

    [Fact]
    public void A_completion_is_near_what_was_asked_when_it_speaks_of_the_same()
    {
        var vectors = WordVectors.Learn(_rankings)!;
        Assert.True(OnTopic("a7 a8 a9") > OnTopic("b7 b8 b9") + 0.5);
        Assert.Equal(0, OnTopic("never seen"));

        double OnTopic(string text) => vectors.Of([new Message("user", "a1 a2 a3")], text).Single(f => f.Key == "on topic").Value;
    }

    [Fact]
    public void The_same_texts_give_the_same_vectors_and_few_words_none()
    {
        Assert.Equal(WordVectors.Learn(_rankings)!.Vectors[5], WordVectors.Learn(_rankings)!.Vectors[5]);
        Assert.Null(WordVectors.Learn([.. _rankings.Take(3)]));
    }

    private static double Cosine(WordVectors vectors, string a, string b)
    {
        var places = vectors.Words.Select((w, i) => (w, i)).ToDictionary(x => x.w, x => x.i);
        return vectors.Vectors[places[a]].Zip(vectors.Vectors[places[b]], (x, y) => (double)x * y).Sum();
    }

    private static List<RankedPrompt> Draw()
    {
        var random = new SeededRandom(4);
        return
        [
            .. Enumerable
                .Range(0, 600)
                .Select(i => new RankedPrompt(
                    [new Message("user", Text('a'))],
                    [Text('a'), Text('b')],
                    new Dictionary<string, int?[]> { ["overall"] = [1, 2] }
                )),
        ];

        string Text(char kind) => string.Join(' ', Enumerable.Range(0, 12).Select(_ => $"{kind}{random.NextInt(150)}"));
    }
}
