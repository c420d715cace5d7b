using System.ComponentModel.DataAnnotations;

namespace Annotation.Domain.Labeling;

/// <summary>What an engineer may choose about how a project's tasks are handed out.</summary>
public sealed record DistributionSettings
{
    /// <summary>How a project begins: exactly k, nobody limited, what is skipped goes to others.</summary>
    public static DistributionSettings Default { get; } = new();

    /// <summary>The most people who judge a task; null: as many as the project's judgements per task, k does not adapt.</summary>
    [Range(1, 100)]
    public int? JudgementsCap { get; init; }

    /// <summary>Judges agree when <see cref="JudgeAgreement"/> is at least this; 0.75: of four pairs of completions, three the same way round.</summary>
    [Range(0.0, 1.0)]
    public double AgreementThreshold { get; init; } = 0.75;

    /// <summary>Share of new tasks that are judged up to the cap whatever the judges say.</summary>
    [Range(0.0, 1.0)]
    public double RandomArmShare { get; init; } = 0.1;

    /// <summary>Who gets a task that was skipped.</summary>
    public SkipPolicy SkipPolicy { get; init; }

    /// <summary>How many tasks one person may judge in all; null: no limit.</summary>
    [Range(1, 1_000_000)]
    public int? TasksPerPerson { get; init; }

    /// <summary>How many tasks one person may judge on one day (UTC); null: no limit.</summary>
    [Range(1, 1_000_000)]
    public int? TasksPerPersonPerDay { get; init; }

    /// <summary>Says in one sentence what does not fit, or null.</summary>
    /// <param name="floor">The project's judgements per task.</param>
    public Refusal? Check(int floor)
    {
        var problems = new List<ValidationResult>();
        return !Validator.TryValidateObject(this, new ValidationContext(this), problems, validateAllProperties: true)
                ? new Refusal("invalid-distribution", string.Join(" ", problems.Select(p => p.ErrorMessage)))
            : JudgementsCap < floor
                ? new Refusal(
                    "invalid-distribution",
                    $"The cap of {JudgementsCap} judgements is below the {floor} that the project asks for."
                )
            : JudgementsCap > floor && floor < 2
                ? new Refusal(
                    "invalid-distribution",
                    "One judge cannot agree with anybody: ask for at least 2 judgements per task before setting a higher cap."
                )
            : null;
    }
}
