using Annotation.Learning.Training;

namespace Annotation.Jobs.Training;

/// <summary>Progress of a run that trains twice: the later stage's steps follow the earlier one's, whose metrics have names of their own.</summary>
internal sealed class StagedProgress(IProgress<TrainingProgress> whole)
{
    /// <summary>The earlier stage, its metrics as <c>trunk.loss</c> and so on.</summary>
    internal IProgress<TrainingProgress> Trunk =>
        new Stage(p => whole.Report(p with { Metrics = p.Metrics.ToDictionary(m => "trunk." + m.Key, m => m.Value) }));

    /// <summary>The later stage, behind so many steps of the earlier one, whether this process or one before it took them.</summary>
    internal IProgress<TrainingProgress> After(int steps) =>
        new Stage(p => whole.Report(p with { Step = steps + p.Step, TotalSteps = steps + p.TotalSteps }));

    private sealed class Stage(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
