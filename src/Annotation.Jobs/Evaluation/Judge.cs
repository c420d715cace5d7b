using Annotation.Demo.Judges;
using Annotation.Domain.Models;
using Annotation.Jobs.Execution;
using Annotation.Jobs.Models;
using Annotation.Learning.Evaluation;
using Annotation.Learning.RewardModeling;

namespace Annotation.Jobs.Evaluation;

/// <summary>Who judges completions in a comparison of policies.</summary>
/// <param name="Name">As the command names it.</param>
/// <param name="Main">The criterion that decides.</param>
/// <param name="Score">Scores on each criterion, higher is better.</param>
internal sealed record Judge(string Name, string Main, JudgeCompletion Score)
{
    private const string GoldPrefix = "gold:";
    private const string Weighted = "score";

    /// <summary>The reward model that a name means; null for a gold judge.</summary>
    /// <exception cref="RunFailedException">There is no such judge.</exception>
    public static async Task<Model?> FindAsync(string? name, ModelShelf shelf, CancellationToken ct)
    {
        if (name is null)
        {
            throw new RunFailedException("There is no judge; name one with --judge: a reward model, gold:demo, gold:stories or people.");
        }
        if (!name.StartsWith(GoldPrefix, StringComparison.Ordinal))
        {
            return await shelf.FindAsync(name, ModelKind.Reward, ct);
        }
        return GoldJudge.Find(name[GoldPrefix.Length..]) is null
            ? throw new RunFailedException(
                $"There is no judge '{name}'; there are {string.Join(", ", GoldJudge.All.Select(j => GoldPrefix + j.Name))} and reward models."
            )
            : null;
    }

    /// <summary>A program that knows the truth of the demo's worlds.</summary>
    public static Judge Gold(string name)
    {
        var gold = GoldJudge.Find(name[GoldPrefix.Length..])!;
        return new(name, GoldJudge.Overall, (prompt, completion) => gold.Score([.. prompt.Select(m => (m.Role, m.Content))], completion));
    }

    /// <summary>A reward model; its weighted score decides, under the name <c>score</c> unless that is a criterion's.</summary>
    public static Judge OfModel(string name, RewardModel reward, CancellationToken ct)
    {
        var main = reward.Criteria.Any(c => c.Key == Weighted) ? $"weighted {Weighted}" : Weighted;
        return new(
            name,
            main,
            (prompt, completion) =>
            {
                var scores = reward.Score([reward.EncodeWritten(prompt, completion)], ct)[0];
                return reward
                    .Criteria.Select((c, i) => KeyValuePair.Create(c.Key, scores[i]))
                    .Prepend(new(main, reward.Weighted(scores)))
                    .ToDictionary();
            }
        );
    }
}
