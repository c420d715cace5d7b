using System.Security.Cryptography;
using System.Text;
using Annotation.Learning.RewardModeling;

namespace Annotation.Learning.Evaluation;

/// <summary>
/// Measures a recipe rather than one model: each fold's rankings are judged by a reward model that was trained on the other folds, and
/// all of them count in one report. Conversations that begin with the same message share a fold.
/// </summary>
/// <param name="folds">Number of parts.</param>
public sealed class RewardCrossValidation(int folds)
{
    // Of the rankings not held out, one part in this many stops the training early and calibrates.
    private const int ValidationParts = 10;

    /// <summary>A report per criterion that has an untied pair.</summary>
    /// <param name="criteria">What was ranked.</param>
    /// <param name="rankings">All rankings.</param>
    /// <param name="train">Makes a reward model of a fold's train and validation rankings; it is disposed here.</param>
    /// <param name="ct">Stops between two trainings, or within one as <paramref name="train"/> does.</param>
    public IReadOnlyList<RewardReport> Measure(
        IReadOnlyList<string> criteria,
        IReadOnlyList<RankedPrompt> rankings,
        Func<int, IReadOnlyList<RankedPrompt>, IReadOnlyList<RankedPrompt>, RewardModel> train,
        CancellationToken ct = default
    )
    {
        var judged = criteria.ToDictionary(c => c, _ => new List<JudgedPair>());
        var measured = new List<RankedPrompt>();
        foreach (var fold in rankings.GroupBy(r => Part(r, 0, folds)).OrderBy(g => g.Key))
        {
            ct.ThrowIfCancellationRequested();
            var rest = rankings.Where(r => Part(r, 0, folds) != fold.Key).ToList();
            var parts = rest.ToLookup(r => Part(r, 1, ValidationParts) == 0);
            using var model = train(fold.Key, [.. parts[false]], [.. parts[true]]);
            List<RankedPrompt> test = [.. fold.Where(model.Fits)];
            measured.AddRange(test);
            for (var c = 0; c < criteria.Count; c++)
            {
                var column = c;
                judged[criteria[c]]
                    .AddRange(
                        RewardEvaluation.Judge(
                            criteria[c],
                            (prompt, completions) => [.. model.LogOdds(prompt, completions, ct).Select(s => s[column])],
                            test,
                            // The baseline learns from all that the model saw.
                            rest,
                            ct
                        )
                    );
            }
        }
        return [.. criteria.Select(c => RewardEvaluation.Report(c, judged[c], measured)).OfType<RewardReport>()];
    }

    /// <summary>The part, from 0, that a ranking is in when rankings are halved for an over-optimisation meter.</summary>
    public static int Half(RankedPrompt ranking) => Part(ranking, 2, 2);

    // By a hash of the first message, so that the parts do not depend on the order of the rankings.
    private static int Part(RankedPrompt ranking, int salt, int parts)
    {
        var text = salt + ranking.Prompt.Select(m => m.Content).FirstOrDefault("");
        return (int)(BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes(text))) % (uint)parts);
    }
}
