using System.Diagnostics;

namespace Annotation.Testing;

/// <summary>Finds the folder with PostgreSQL's programs: PG_BIN, pg_config, the PATH, or Debian's versioned folders.</summary>
public static class PostgresBinaries
{
    /// <summary>The folder, or null on a machine without a server.</summary>
    public static string? Find() =>
        Candidates().FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")));

    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable("PG_BIN") is { Length: > 0 } configured)
        {
            yield return configured;
        }

        if (AskPgConfig() is { Length: > 0 } folder)
        {
            yield return folder;
        }

        foreach (var path in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'))
        {
            yield return path;
        }

        const string debian = "/usr/lib/postgresql";
        if (Directory.Exists(debian))
        {
            foreach (var version in Directory.GetDirectories(debian).OrderDescending())
            {
                yield return Path.Combine(version, "bin");
            }
        }
    }

    private static string? AskPgConfig()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("pg_config", "--bindir") { RedirectStandardOutput = true });
            return process?.StandardOutput.ReadToEnd().Trim();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
