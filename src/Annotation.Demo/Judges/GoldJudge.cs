namespace Annotation.Demo.Judges;

/// <summary>
/// A program that knows how good a completion is. Judges label simulated rankings and measure the end of a loop; no trainer and no
/// reward model ever reads one. What a judge says depends on the prompt.
/// </summary>
public abstract class GoldJudge
{
    /// <summary>The criterion every judge has: a fixed weighted mean of the others.</summary>
    public const string Overall = "overall";

    /// <summary>The name commands use: <c>gold:demo</c> is the judge <c>demo</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Criterion keys, <see cref="Overall"/> first.</summary>
    public IReadOnlyList<string> Criteria => [Overall, .. Weights.Select(weight => weight.Criterion)];

    /// <summary>Share of each criterion in <see cref="Overall"/>; the shares add up to 1.</summary>
    public abstract IReadOnlyList<(string Criterion, double Share)> Weights { get; }

    /// <summary>Every judge there is.</summary>
    public static IReadOnlyList<GoldJudge> All { get; } = [new DemoJudge(), new StoriesJudge()];

    /// <summary>The judge of that name, or null.</summary>
    public static GoldJudge? Find(string name) => All.FirstOrDefault(judge => judge.Name == name);

    /// <summary>How good the completion is after the prompt.</summary>
    /// <param name="prompt">The conversation so far; roles are system, user and assistant.</param>
    /// <param name="completion">What was answered, without any end marker.</param>
    /// <returns>A score from 0 (worst) to 1 (best) per criterion.</returns>
    public IReadOnlyDictionary<string, double> Score(IReadOnlyList<(string Role, string Content)> prompt, string completion)
    {
        Dictionary<string, double> scores = Judge(prompt, completion);
        scores[Overall] = Weights.Sum(weight => weight.Share * scores[weight.Criterion]);
        return scores;
    }

    /// <summary>Scores every criterion except <see cref="Overall"/>.</summary>
    protected abstract Dictionary<string, double> Judge(IReadOnlyList<(string Role, string Content)> prompt, string completion);
}
