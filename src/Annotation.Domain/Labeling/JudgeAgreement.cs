namespace Annotation.Domain.Labeling;

/// <summary>
/// How far judges of one task agree: over each two judges and each two completions that both ranked, 1 when both put
/// them the same way round (or both tie them), a half when only one of them ties, 0 when they are opposed; the mean of
/// it all. Unlike Kendall's tau-b it says something about judges who tie everything.
/// </summary>
public static class JudgeAgreement
{
    /// <summary>From 0 (opposed) to 1 (of one mind). One judge alone agrees.</summary>
    /// <param name="judges">
    /// What each ranked: ranks by completion, 1 = best; null for a judge who found that the completions cannot be
    /// ordered, which is of one mind only with another such judge.
    /// </param>
    public static double Of(IReadOnlyList<IReadOnlyDictionary<Guid, int>?> judges)
    {
        var (sum, count) = (0.0, 0);
        for (var i = 0; i < judges.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                foreach (var likeness in Likenesses(judges[i], judges[j]))
                {
                    sum += likeness;
                    count++;
                }
            }
        }

        return count == 0 ? 1 : sum / count;
    }

    private static IEnumerable<double> Likenesses(IReadOnlyDictionary<Guid, int>? one, IReadOnlyDictionary<Guid, int>? other)
    {
        if (one is null || other is null)
        {
            yield return one is null && other is null ? 1 : 0;
            yield break;
        }

        List<Guid> both = [.. one.Keys.Where(other.ContainsKey)];
        for (var a = 0; a < both.Count; a++)
        {
            for (var b = 0; b < a; b++)
            {
                var first = one[both[a]].CompareTo(one[both[b]]);
                var second = other[both[a]].CompareTo(other[both[b]]);
                yield return 1 - Math.Abs(first - second) / 2.0;
            }
        }
    }
}
