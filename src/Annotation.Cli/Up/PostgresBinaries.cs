using System.Globalization;
using System.Text.RegularExpressions;

namespace Annotation.Cli.Up;

/// <summary>The folder that holds `initdb` and `postgres`, and their major version.</summary>
public sealed partial record PostgresBinaries(string Folder, int MajorVersion)
{
    /// <summary>
    /// Finds PostgreSQL in this order: PG_BIN, `pg_config --bindir`, PATH, Debian's versioned folders, the pinned package under `.tools/`.
    /// </summary>
    /// <param name="places">Where to look.</param>
    /// <param name="clusterVersion">The version that made an existing data folder: only that one can open it. Null: any.</param>
    /// <param name="say">Told when the pinned package is fetched.</param>
    /// <exception cref="CommandFailedException">Nothing fits; the sentence names the package to install.</exception>
    public static PostgresBinaries Find(PostgresPlaces places, int? clusterVersion, Action<string> say)
    {
        if (places.Configured is { Length: > 0 } configured)
        {
            return At(configured)
                ?? throw new CommandFailedException(
                    $"PG_BIN names {configured}, but there are no programs `initdb` and `postgres` that run: set it to PostgreSQL's bin folder, or unset it."
                );
        }

        var found = new List<PostgresBinaries>();
        foreach (var folder in places.Installed())
        {
            if (At(folder) is { } binaries)
            {
                if (clusterVersion is null || clusterVersion == binaries.MajorVersion)
                {
                    return binaries;
                }

                found.Add(binaries);
            }
        }

        if (places.Pinned(say) is { } pinned && At(pinned) is { } tools)
        {
            if (clusterVersion is null || clusterVersion == tools.MajorVersion)
            {
                return tools;
            }

            found.Add(tools);
        }

        throw new CommandFailedException(
            found.Count == 0
                ? "PostgreSQL was not found: install it (Debian and Ubuntu: `apt-get install postgresql`), or set PG_BIN to the folder with `initdb` and `postgres`, or set ConnectionStrings__Annotation to a server that runs."
                : $"The database in the data folder was made by PostgreSQL {clusterVersion}, but only version {string.Join(", ", found.Select(f => f.MajorVersion).Distinct())} is here: install version {clusterVersion} (`apt-get install postgresql-{clusterVersion}`), or choose another folder with --data DIR."
        );
    }

    /// <summary>The full path of one of the programs.</summary>
    public string Program(string name) => Path.Combine(Folder, name);

    private static PostgresBinaries? At(string folder)
    {
        if (!File.Exists(Path.Combine(folder, "initdb")) || !File.Exists(Path.Combine(folder, "postgres")))
        {
            return null;
        }

        var answer = Execution.Run([Path.Combine(folder, "postgres"), "--version"]);
        var version = Version().Match(answer.Output);
        return answer.ExitCode == 0 && version.Success
            ? new PostgresBinaries(folder, int.Parse(version.Groups[1].Value, CultureInfo.InvariantCulture))
            : null;
    }

    [GeneratedRegex(@"\(PostgreSQL\) (\d+)")]
    private static partial Regex Version();
}
