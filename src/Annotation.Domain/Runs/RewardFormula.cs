using System.Globalization;
using System.Text.RegularExpressions;

namespace Annotation.Domain.Runs;

/// <summary>What a term of a reward names.</summary>
public enum RewardTermKind
{
    /// <summary>A reward model of the registry.</summary>
    Model,

    /// <summary>A program in the workers' folder of reward programs.</summary>
    Program,

    /// <summary>An HTTP endpoint.</summary>
    Endpoint,
}

/// <summary>A part of a reward.</summary>
/// <param name="Weight">Its factor in the sum.</param>
/// <param name="Kind">What it names.</param>
/// <param name="Name">A model's name, a program's file name, an address.</param>
public sealed record RewardTerm(double Weight, RewardTermKind Kind, string Name);

/// <summary>
/// What scores completions, as written in <c>--reward</c>: a sum of terms like <c>0.7*helpful-rm + 0.3*program:check.py</c> or
/// <c>https://host/score</c>. A factor that is not written is 1.
/// </summary>
/// <param name="Terms">At least one.</param>
public sealed partial record RewardFormula(IReadOnlyList<RewardTerm> Terms)
{
    private const string ProgramPrefix = "program:";

    /// <summary>The names of the reward models in it.</summary>
    public IEnumerable<string> Models => Terms.Where(t => t.Kind == RewardTermKind.Model).Select(t => t.Name);

    /// <summary>Whether it is one reward model and nothing else.</summary>
    public bool IsModel => Terms is [{ Weight: 1, Kind: RewardTermKind.Model }];

    /// <summary>Reads a formula.</summary>
    public static Outcome<RewardFormula> Parse(string text)
    {
        var terms = new List<RewardTerm>();
        foreach (var part in Between().Split(text.Trim()))
        {
            var match = Term().Match(part);
            var name = match.Groups["name"].Value;
            var weight = match.Groups["weight"] is { Success: true } w ? double.Parse(w.Value, CultureInfo.InvariantCulture) : 1;
            RewardTermKind? kind =
                !match.Success ? null
                : name.StartsWith(ProgramPrefix, StringComparison.Ordinal)
                    ? FileName().IsMatch(name[ProgramPrefix.Length..]) ? RewardTermKind.Program
                        : null
                : Uri.TryCreate(name, UriKind.Absolute, out var address) && address.Scheme is ("http" or "https") ? RewardTermKind.Endpoint
                : FileName().IsMatch(name) ? RewardTermKind.Model
                : null;
            if (kind is null)
            {
                return new Refusal(
                    "invalid-reward",
                    $"'{part}' is no reward; write a reward model's name, program:FILE, an http address, or a sum like 0.7*MODEL + 0.3*program:FILE."
                );
            }
            terms.Add(new(weight, kind.Value, kind == RewardTermKind.Program ? name[ProgramPrefix.Length..] : name));
        }
        return new RewardFormula(terms);
    }

    [GeneratedRegex(@"\s+\+\s+")]
    private static partial Regex Between();

    [GeneratedRegex(@"^(?:(?<weight>-?[0-9]+(?:\.[0-9]+)?)\s*\*\s*)?(?<name>\S+)$")]
    private static partial Regex Term();

    [GeneratedRegex(@"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$")]
    private static partial Regex FileName();
}
