using Annotation.Learning.RewardModeling;
using Annotation.Learning.Text;
using Annotation.Learning.Training;

namespace Annotation.Learning.Tests.RewardModeling;

/// <summary>Rankings that a toy network learns in seconds, and the settings it does so with.</summary>
internal static class LetterRankings
{
    public static readonly WeightedCriterion[] Criteria = [new("overall", 1), new("brevity", 0.5)];
    public static readonly IReadOnlyList<RankedPrompt> Train = [.. Enumerable.Range(0, 96).Select(Ranking)];
    public static readonly IReadOnlyList<RankedPrompt> Test = [.. Enumerable.Range(1000, 40).Select(Ranking)];
    public static readonly RewardModelSettings Quick = new()
    {
        LearningRate = 3e-3,
        Epochs = 4,
        BatchPrompts = 8,
        CheckpointSteps = 4,
        Patience = 1000,
        Features = false,
    };

    /// <summary>Better completions have more letters z, shorter ones are briefer; both by chance, so neither length nor order tells.</summary>
    private static RankedPrompt Ranking(int seed)
    {
        var random = new SeededRandom((ulong)seed);
        string[] texts =
        [
            .. Enumerable
                .Range(0, 4)
                .Select(i =>
                    new string([
                        .. Enumerable
                            .Range(0, 4 + random.NextInt(8))
                            .Select(_ => random.NextInt(3) == 0 ? 'z' : (char)('a' + random.NextInt(4))),
                    ]) + i
                ),
        ];
        var ranks = new Dictionary<string, int?[]> { ["overall"] = Ranks(t => t.Count(c => c == 'z')) };
        if (seed % 2 == 0)
        {
            ranks["brevity"] = Ranks(t => -t.Length);
            ranks["brevity"][seed / 2 % 4] = null;
        }
        return new([new Message("user", $"{seed % 10}")], texts, ranks);

        int?[] Ranks(Func<string, int> value) => [.. texts.Select(t => (int?)(1 + texts.Count(o => value(o) > value(t))))];
    }
}
