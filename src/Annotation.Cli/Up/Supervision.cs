namespace Annotation.Cli.Up;

/// <summary>Keeps a <see cref="ChildProgram"/> running: starts it again when it dies, waiting longer each time that it dies young.</summary>
public sealed class Supervision(ChildProgram program, TimeProvider time, Action<string> say) : IAsyncDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan HealthyAge = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource stopping = new();
    private Task loop = Task.CompletedTask;

    /// <summary>How often in a row the program died before it had run for a minute.</summary>
    public int EarlyDeathCount { get; private set; }

    /// <summary>What is kept running.</summary>
    public ChildProgram Program => program;

    /// <summary>Starts the program and keeps it running until <see cref="StopAsync"/>.</summary>
    public void Start() => loop = Task.Run(KeepRunningAsync);

    /// <summary>Stops the program cleanly and ends when it has ended.</summary>
    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        await loop;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stopping.Dispose();
    }

    private async Task KeepRunningAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            var started = time.GetTimestamp();
            using var child = ChildProcess.Start(program);
            try
            {
                var code = await child.WaitAsync(stopping.Token);
                EarlyDeathCount = time.GetElapsedTime(started) < HealthyAge ? EarlyDeathCount + 1 : 1;
                var pause = TimeSpan.FromSeconds(Math.Pow(2, Math.Min(EarlyDeathCount - 1, 5)));
                pause = pause < LongestPause ? pause : LongestPause;
                say($"{program.Name} ended with code {code}; it is started again in {pause.TotalSeconds:0} s. Its log: {program.LogFile}");
                await Task.Delay(pause, time, stopping.Token);
            }
            catch (OperationCanceledException)
            {
                await child.StopAsync(time);
            }
        }
    }
}
