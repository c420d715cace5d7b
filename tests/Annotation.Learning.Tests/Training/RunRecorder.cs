using Annotation.Learning.Training;

namespace Annotation.Learning.Tests.Training;

/// <summary>Takes in what a trainer tells, at once, and can cancel it after a number of reports.</summary>
internal sealed class RunRecorder(int? cancelAfter = null) : IProgress<TrainingProgress>, IDisposable
{
    private readonly CancellationTokenSource _source = new();

    internal List<TrainingProgress> Reports { get; } = [];

    internal CancellationToken Token => _source.Token;

    public void Report(TrainingProgress value)
    {
        Reports.Add(value);
        if (Reports.Count == cancelAfter)
        {
            _source.Cancel();
        }
    }

    public void Dispose() => _source.Dispose();
}
