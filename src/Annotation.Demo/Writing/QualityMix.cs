namespace Annotation.Demo.Writing;

/// <summary>How often each quality is written by whom.</summary>
public static class QualityMix
{
    /// <summary>People asked to show how it is done: mostly decent, some in a hurry, some mistaken.</summary>
    public static IReadOnlyList<(AnswerQuality Quality, double Weight)> Demonstrators { get; } =
    [
        (AnswerQuality.Good, 0.46),
        (AnswerQuality.Thin, 0.14),
        (AnswerQuality.PartlyWrong, 0.20),
        (AnswerQuality.Wrong, 0.04),
        (AnswerQuality.OtherSubject, 0.05),
        (AnswerQuality.Rambling, 0.05),
        (AnswerQuality.Repetitive, 0.03),
        (AnswerQuality.Rude, 0.03),
    ];

    /// <summary>What stands unfiltered on the web.</summary>
    public static IReadOnlyList<(AnswerQuality Quality, double Weight)> Web { get; } =
    [
        (AnswerQuality.Good, 0.28),
        (AnswerQuality.Thin, 0.14),
        (AnswerQuality.PartlyWrong, 0.18),
        (AnswerQuality.Wrong, 0.10),
        (AnswerQuality.OtherSubject, 0.12),
        (AnswerQuality.Rambling, 0.07),
        (AnswerQuality.Repetitive, 0.05),
        (AnswerQuality.Rude, 0.06),
    ];

    /// <summary>Answers of one sentence, half of them bad.</summary>
    public static IReadOnlyList<(AnswerQuality Quality, double Weight)> QuickAnswers { get; } =
    [(AnswerQuality.Good, 0.50), (AnswerQuality.Wrong, 0.25), (AnswerQuality.OtherSubject, 0.20), (AnswerQuality.Rude, 0.05)];
}
