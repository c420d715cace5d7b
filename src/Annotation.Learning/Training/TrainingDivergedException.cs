using System.Globalization;

namespace Annotation.Learning.Training;

/// <summary>A training whose numbers are no longer finite; the message names the step, the metric and the setting to lower.</summary>
public sealed class TrainingDivergedException(int step, string metric, string setting, double current)
    : Exception(
        string.Create(
            CultureInfo.InvariantCulture,
            $"Step {step}: {metric} is no longer a finite number; start again with a lower {setting} (it was {current})."
        )
    )
{
    /// <summary>The step at which it happened, counted from 1.</summary>
    public int Step { get; } = step;

    /// <summary>The metric that is not finite.</summary>
    public string Metric { get; } = metric;

    /// <summary>Name of the setting to lower.</summary>
    public string Setting { get; } = setting;
}
