namespace Annotation.Learning.Evaluation;

/// <summary>How well scores predict rankings on one criterion, beside baselines on the same pairs. Intervals (95 %) are over prompts.</summary>
/// <param name="Criterion">What was ranked.</param>
/// <param name="Rankings">Rankings with an untied pair.</param>
/// <param name="Pairs">Untied pairs.</param>
/// <param name="Accuracy">Share of pairs whose better completion scores higher; equal scores count half.</param>
/// <param name="Nll">Mean -log sigmoid(better - worse) in nats; log 2 = 0.693 for a coin.</param>
/// <param name="CalibrationError">ECE of sigmoid(difference), 10 bins.</param>
/// <param name="Brier">Mean squared error of that probability; 0.25 for a coin.</param>
/// <param name="LongerWins">Accuracy of preferring the longer completion.</param>
/// <param name="ShorterWins">Accuracy of preferring the shorter completion.</param>
/// <param name="BagOfWords">Accuracy of words and log length fitted on the training rankings; null without any.</param>
/// <param name="BagOfWordsNll">Its mean -log sigmoid in nats.</param>
/// <param name="LabelerAgreement">Share of pairs on which two labelers who both ordered it agree; null when no prompt was ranked twice.</param>
/// <param name="BestBaseline">The baseline of highest accuracy on these pairs.</param>
/// <param name="Gap">Accuracy minus that baseline's, paired: the model beats its baselines when the interval is above 0.</param>
public sealed record RewardReport(
    string Criterion,
    int Rankings,
    int Pairs,
    Estimate Accuracy,
    double Nll,
    double CalibrationError,
    double Brier,
    Estimate LongerWins,
    Estimate ShorterWins,
    Estimate? BagOfWords,
    double? BagOfWordsNll,
    Estimate? LabelerAgreement,
    string BestBaseline,
    Estimate Gap
)
{
    /// <summary>By how much longer the better completion is.</summary>
    public IReadOnlyList<RewardSlice> ByLength { get; init; } = [];

    /// <summary>By who ranked; those with the most pairs.</summary>
    public IReadOnlyList<RewardSlice> ByLabeler { get; init; } = [];

    /// <summary>By the models that wrote the two completions, in alphabetical order; those with the most pairs.</summary>
    public IReadOnlyList<RewardSlice> ByPolicy { get; init; } = [];
}

/// <summary>How well scores predict some of the pairs.</summary>
/// <param name="Name">Which pairs.</param>
/// <param name="Pairs">How many.</param>
/// <param name="Accuracy">Share of them ordered right, with a 95 % interval over prompts.</param>
/// <param name="Nll">Mean -log sigmoid(better - worse) in nats.</param>
/// <param name="CalibrationError">ECE of sigmoid(difference), 10 bins; few pairs make it large by chance.</param>
public sealed record RewardSlice(string Name, int Pairs, Estimate Accuracy, double Nll, double CalibrationError);
