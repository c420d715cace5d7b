using System.Text.RegularExpressions;

namespace Annotation.Domain.Projects;

/// <summary>A criterion as an engineer describes it.</summary>
/// <param name="Key">Lower-case letters, digits and hyphens, at most 50.</param>
/// <param name="Name">What labelers read.</param>
/// <param name="Guideline">What to look at (markdown).</param>
/// <param name="Weight">Share in PPO's score; null for the default, 1 for overall and 0 for others.</param>
public sealed partial record NewCriterion(string Key, string Name, string Guideline = "", double? Weight = null)
{
    /// <summary>Says in one sentence what is wrong, or null.</summary>
    public Refusal? Check() =>
        !KeyPattern().IsMatch(Key)
            ? new Refusal(
                "invalid-criterion",
                $"'{Key}' is no criterion key; use 1 to 50 lower-case letters, digits and hyphens, beginning with a letter."
            )
        : string.IsNullOrWhiteSpace(Name) || Name.Length > 100
            ? new Refusal("invalid-criterion", $"Criterion '{Key}' needs a name of at most 100 characters.")
        : Weight is { } weight && !double.IsFinite(weight)
            ? new Refusal("invalid-criterion", $"The weight of criterion '{Key}' must be a number.")
        : Key == Criterion.Overall && Weight is not (null or 1) ? new Refusal("invalid-criterion", "The weight of 'overall' is always 1.")
        : null;

    internal Criterion ToCriterion(Guid projectId, int position, DateTimeOffset at) =>
        new()
        {
            ProjectId = projectId,
            Key = Key,
            Name = Name,
            Guideline = Guideline,
            Weight = Weight ?? (Key == Criterion.Overall ? 1 : 0),
            Position = position,
            CreatedAt = at,
        };

    [GeneratedRegex("^[a-z][a-z0-9-]{0,49}$")]
    private static partial Regex KeyPattern();
}
