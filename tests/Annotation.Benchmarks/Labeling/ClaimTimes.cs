using System.Diagnostics;
using Annotation.Benchmarks.Machines;
using Annotation.Domain.Labeling;
using Microsoft.Extensions.DependencyInjection;

namespace Annotation.Benchmarks.Labeling;

/// <summary>How long a claim takes in projects of different sizes, inside the database and the domain alone.</summary>
internal static class ClaimTimes
{
    private const int Claims = 1000;

    /// <summary>Claims one after the other, each by the next of 50 people, in a project of so many open tasks.</summary>
    public static async Task RunAsync(IReadOnlyList<int> sizes, int port, Action<string, object> say, CancellationToken cancellation)
    {
        foreach (var size in sizes)
        {
            await using var platform = await LoadPlatform.StartAsync(port, webs: 0, cancellation);
            var project = await LoadProject.CreateAsync(platform.Services, size, completions: 2, k: 3, labelers: 50, cancellation);
            var claim = platform.Services.GetRequiredService<ClaimNextAssignment>();
            var skip = platform.Services.GetRequiredService<SkipAssignment>();
            var times = new List<double>();
            for (var i = 0; i < Claims; i++)
            {
                var person = project.Labelers[i % project.Labelers.Count].PersonId;
                var start = Stopwatch.GetTimestamp();
                var claimed = await claim.RunAsync(person, project.Id, [], cancellation);
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                // Given back, so that the next claim searches again; what was skipped stays in the way of this person.
                await skip.RunAsync(claimed.Value!.AssignmentId, person, claimed.Value.Version, "load", cancellation);
            }

            say($"claim at {size} open tasks, milliseconds", LatencyFigures.Of(times.Skip(100)));
        }
    }
}
