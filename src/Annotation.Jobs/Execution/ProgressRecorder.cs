using Annotation.Domain.Runs;
using Annotation.Learning.Training;

namespace Annotation.Jobs.Execution;

/// <summary>Collects what a trainer reports, on the trainer's thread and without waiting; the run's watch stores it each second.</summary>
public sealed class ProgressRecorder(Guid runId) : IProgress<TrainingProgress>
{
    private readonly Lock _gate = new();
    private readonly List<(int, string, double)> _metrics = [];
    private readonly List<RunSample> _samples = [];
    private int _step;
    private int _totalSteps;
    private bool _changed;

    /// <summary>The step that was reported last.</summary>
    public int Step
    {
        get
        {
            lock (_gate)
            {
                return _step;
            }
        }
    }

    public void Report(TrainingProgress value)
    {
        lock (_gate)
        {
            _changed = true;
            (_step, _totalSteps) = (value.Step, value.TotalSteps);
            // A chart has no place for what is not a number, and neither has JSON.
            _metrics.AddRange(value.Metrics.Where(m => double.IsFinite(m.Value)).Select(m => (value.Step, m.Key, m.Value)));
            _samples.AddRange(
                (value.Samples ?? []).Select(s => new RunSample
                {
                    RunId = runId,
                    Step = value.Step,
                    Prompt = s.Prompt.WithoutNul(),
                    Completion = s.Completion.WithoutNul(),
                    Score = double.IsFinite(s.Score) ? s.Score : null,
                })
            );
        }
    }

    /// <summary>What was reported since the last call; null when nothing was.</summary>
    public ProgressBatch? Take()
    {
        lock (_gate)
        {
            if (!_changed)
            {
                return null;
            }
            var batch = new ProgressBatch(_step, _totalSteps, [.. _metrics], [.. _samples]);
            _metrics.Clear();
            _samples.Clear();
            _changed = false;
            return batch;
        }
    }
}
