using Microsoft.Extensions.Configuration;

namespace Annotation.Jobs.Execution;

/// <summary>How a worker process is set up.</summary>
/// <param name="ConnectionString">PostgreSQL, from <c>ConnectionStrings:Annotation</c>.</param>
/// <param name="Artifacts">Root of the artifact store that web and workers share, from <c>Annotation:Artifacts</c>.</param>
/// <param name="Device"><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>, from <c>Annotation:Device</c>.</param>
/// <param name="Queues">Which queues it serves, from <c>Annotation:Queues</c>, separated by commas; default all.</param>
/// <param name="Threads">Threads of one tensor operation, from <c>Annotation:Threads</c>; default all cores.</param>
/// <param name="Demo">Whether to make the demo project when it is missing, from <c>Annotation:Demo</c>.</param>
public sealed record WorkerOptions(
    string ConnectionString,
    string Artifacts,
    string Device,
    IReadOnlyList<string> Queues,
    int Threads,
    bool Demo
)
{
    /// <summary>
    /// The folder of programs that may score completions, from <c>Annotation:RewardPrograms</c>. Null: this worker runs none, because
    /// whoever starts runs could otherwise start anything.
    /// </summary>
    public string? RewardPrograms { get; init; }

    /// <summary>Sent to reward endpoints as a bearer token, from <c>Annotation:RewardToken</c>; null for none.</summary>
    public string? RewardToken { get; init; }

    private static readonly string[] KnownQueues = ["train", "generate", "default"];

    /// <summary>Host and process: what people see as the worker's name.</summary>
    public string Name { get; } = $"{Environment.MachineName}:{Environment.ProcessId}";

    /// <summary><c>cpu</c> or <c>cuda</c>: what a run asks for.</summary>
    public string DeviceKind => Device.StartsWith("cuda", StringComparison.Ordinal) ? "cuda" : "cpu";

    /// <summary>Reads the host's configuration.</summary>
    /// <exception cref="InvalidOperationException">A key is missing or wrong; the message names it.</exception>
    public static WorkerOptions Read(IConfiguration configuration)
    {
        var section = configuration.GetSection("Annotation");
        var queues = (section["Queues"] ?? string.Join(',', KnownQueues)).Split(
            ',',
            StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
        );
        if (queues.Except(KnownQueues).FirstOrDefault() is { } unknown)
        {
            throw new InvalidOperationException($"Annotation:Queues names '{unknown}'; there are {string.Join(", ", KnownQueues)}.");
        }
        return new WorkerOptions(
            Required(configuration.GetConnectionString("Annotation"), "ConnectionStrings:Annotation"),
            Required(section["Artifacts"], "Annotation:Artifacts"),
            section["Device"] ?? "cpu",
            queues,
            section.GetValue("Threads", Environment.ProcessorCount),
            section.GetValue("Demo", false)
        )
        {
            RewardPrograms = section["RewardPrograms"],
            RewardToken = section["RewardToken"],
        };
    }

    private static string Required(string? value, string key) =>
        string.IsNullOrWhiteSpace(value)
            ? throw new InvalidOperationException($"{key} is not set; the worker cannot start without it.")
            : value;
}
