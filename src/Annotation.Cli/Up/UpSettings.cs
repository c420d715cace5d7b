namespace Annotation.Cli.Up;

/// <summary>What a local platform is asked to be.</summary>
public sealed record UpSettings
{
    /// <summary>The port of the web server on this machine; 0: any free one.</summary>
    public int Port { get; init; } = 5080;

    /// <summary>The data folder.</summary>
    public required string Data { get; init; }

    /// <summary>Whether a project to try out is there, with tasks ready to rank.</summary>
    public bool DemoProject { get; init; } = true;

    /// <summary>A PostgreSQL that runs elsewhere; null: a private one in the data folder.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>False for a folder that is thrown away: the private PostgreSQL does not wait for the disk.</summary>
    public bool Durable { get; init; } = true;
}
