namespace Annotation.Learning.Optimization;

/// <summary>How a learning rate falls after its warm-up.</summary>
public enum Schedule
{
    /// <summary>Half a cosine.</summary>
    Cosine,

    /// <summary>A straight line.</summary>
    Linear,

    /// <summary>Not at all.</summary>
    Constant,
}

/// <summary>
/// Learning rate as a function of the optimizer steps already done: linear warm-up from 0 over the first
/// <c>warmupSteps</c>, then decay to <c>minRatio</c> of the base rate at <c>totalSteps</c>.
/// </summary>
public static class LearningRate
{
    /// <summary>By a schedule.</summary>
    public static double Of(Schedule schedule, double baseRate, int step, int totalSteps, int warmupSteps = 0, double minRatio = 0) =>
        schedule switch
        {
            Schedule.Cosine => Cosine(baseRate, step, totalSteps, warmupSteps, minRatio),
            Schedule.Linear => Linear(baseRate, step, totalSteps, warmupSteps, minRatio),
            Schedule.Constant => Scheduled(baseRate, step, totalSteps, warmupSteps, minRatio, _ => 1),
        };

    /// <summary>Linear decay.</summary>
    public static double Linear(double baseRate, int step, int totalSteps, int warmupSteps = 0, double minRatio = 0) =>
        Scheduled(baseRate, step, totalSteps, warmupSteps, minRatio, done => 1 - done);

    /// <summary>Half a cosine.</summary>
    public static double Cosine(double baseRate, int step, int totalSteps, int warmupSteps = 0, double minRatio = 0) =>
        Scheduled(baseRate, step, totalSteps, warmupSteps, minRatio, done => (1 + Math.Cos(Math.PI * done)) / 2);

    private static double Scheduled(double baseRate, int step, int totalSteps, int warmupSteps, double minRatio, Func<double, double> shape)
    {
        if (step < warmupSteps)
        {
            return baseRate * step / warmupSteps;
        }
        var done = Math.Clamp((step - warmupSteps) / (double)Math.Max(1, totalSteps - warmupSteps), 0, 1);
        return baseRate * (minRatio + (1 - minRatio) * shape(done));
    }
}
