using System.Globalization;

namespace Annotation.Learning.Training;

/// <summary>A training that no longer learns; the message names the step, the metric and the setting to lower.</summary>
public sealed class TrainingDivergedException(
    int step,
    string metric,
    string setting,
    double current,
    string problem = TrainingDivergedException.NotFinite
)
    : Exception(
        string.Create(
            CultureInfo.InvariantCulture,
            $"Step {step}: {metric} {problem}; start again with a lower {setting} (it was {current})."
        )
    )
{
    /// <summary>What is usually wrong with the metric.</summary>
    public const string NotFinite = "is no longer a finite number";

    /// <summary>The step at which it happened, counted from 1.</summary>
    public int Step { get; } = step;

    /// <summary>The metric that shows it.</summary>
    public string Metric { get; } = metric;

    /// <summary>Name of the setting to lower.</summary>
    public string Setting { get; } = setting;
}
