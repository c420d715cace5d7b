namespace Annotation.Demo.Judges;

/// <summary>
/// Judges how well a text goes on with the beginning of a small children's story. Every criterion is a share or is full after a few
/// hits, so that a longer text is not a better one; continuity and focus depend on the beginning.
/// </summary>
public sealed class StoriesJudge : GoldJudge
{
    /// <summary>Share of the characters named in the beginning that appear again.</summary>
    public const string Continuity = "continuity";

    /// <summary>How many different content words of the beginning are taken up, full from three on.</summary>
    public const string Focus = "focus";

    /// <summary>Different words of warmth and talk, full from three on.</summary>
    public const string Warmth = "warmth";

    /// <summary>Share of word triples that occur once; short texts count in part.</summary>
    public const string Variety = "variety";

    /// <summary>Whether the last sentence is complete.</summary>
    public const string Ending = "ending";

    private const int FullCount = 3;
    private const int FullWords = 12;

    private static readonly HashSet<string> Warm = new(
        "happy smiled smile friend friends love loved hug hugged laughed fun kind thank thanked proud together nice said shared helped".Split(
            ' '
        ),
        StringComparer.Ordinal
    );

    private static readonly HashSet<string> Openers = new(
        "Once One The She He It They There A An In On At But When His Her Their Every And So Then Suddenly You I We".Split(' '),
        StringComparer.Ordinal
    );

    private static readonly HashSet<string> Fillers = new(
        "once upon time there was were little with that this they them then have very from into wanted named liked went were lived every".Split(
            ' '
        ),
        StringComparer.Ordinal
    );

    /// <inheritdoc />
    public override string Name => "stories";

    /// <inheritdoc />
    public override IReadOnlyList<(string Criterion, double Share)> Weights { get; } =
    [(Continuity, 0.30), (Focus, 0.20), (Warmth, 0.20), (Variety, 0.15), (Ending, 0.15)];

    /// <inheritdoc />
    protected override Dictionary<string, double> Judge(IReadOnlyList<(string Role, string Content)> prompt, string completion)
    {
        string beginning = string.Concat(prompt.Select(message => message.Content));
        HashSet<string> names = [.. Words(beginning).Where(word => char.IsAsciiLetterUpper(word[0]) && !Openers.Contains(word))];
        HashSet<string> topics =
        [
            .. Words(beginning)
                .Where(word => !names.Contains(word))
                .Select(word => word.ToLowerInvariant())
                .Where(word => word.Length >= 4 && !Fillers.Contains(word)),
        ];
        List<string> words = Words(completion);
        HashSet<string> used = [.. words, .. words.Select(word => word.ToLowerInvariant())];
        return new Dictionary<string, double>(StringComparer.Ordinal)
        {
            [Continuity] = names.Count == 0 ? 0 : (double)names.Count(used.Contains) / names.Count,
            [Focus] = Saturate(topics.Count(used.Contains), Math.Max(1, Math.Min(FullCount, topics.Count))),
            [Warmth] = Saturate(Warm.Count(used.Contains), FullCount),
            [Variety] = VarietyOf(words),
            [Ending] = completion.TrimEnd() is { Length: > 0 } text && (".!?".Contains(text[^1]) || EndsWithSpeech(text)) ? 1 : 0,
        };
    }

    private static bool EndsWithSpeech(string text) => text.Length > 1 && text[^1] == '"' && ".!?".Contains(text[^2]);

    private static double VarietyOf(List<string> words)
    {
        if (words.Count < FullCount)
        {
            return 0;
        }
        List<string> triples = [.. words.Zip(words.Skip(1), words.Skip(2)).Select(t => $"{t.First} {t.Second} {t.Third}")];
        return (double)triples.Distinct().Count() / triples.Count * Saturate(words.Count, FullWords);
    }

    private static double Saturate(int count, int full) => Math.Min(1, (double)count / full);

    private static List<string> Words(string text) =>
        [.. text.Split([' ', '\n', '.', ',', '!', '?', '"', ';', ':'], StringSplitOptions.RemoveEmptyEntries)];
}
