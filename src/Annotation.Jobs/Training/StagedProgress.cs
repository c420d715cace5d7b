using Annotation.Learning.Training;

namespace Annotation.Jobs.Training;

/// <summary>Progress of a run that trains twice: the later stage's steps follow the earlier one's, whose metrics have names of their own.</summary>
internal sealed class StagedProgress(IProgress<TrainingProgress> whole)
{
    private int _before;

    /// <summary>The earlier stage, its metrics as <c>trunk.loss</c> and so on.</summary>
    internal IProgress<TrainingProgress> Trunk =>
        new Stage(p =>
        {
            _before = p.Step;
            whole.Report(p with { Metrics = p.Metrics.ToDictionary(m => "trunk." + m.Key, m => m.Value) });
        });

    /// <summary>The later stage.</summary>
    internal IProgress<TrainingProgress> Main =>
        new Stage(p => whole.Report(p with { Step = _before + p.Step, TotalSteps = _before + p.TotalSteps }));

    private sealed class Stage(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
