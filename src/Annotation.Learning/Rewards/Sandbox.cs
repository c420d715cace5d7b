using System.Diagnostics;
using System.Globalization;

namespace Annotation.Learning.Rewards;

/// <summary>
/// How a reward program is started so that it takes no more than it may: namespaces of its own without a network, in which nothing outlives
/// it, where the system lets the worker make them; and limits of memory, processor time, file size and open files.
/// </summary>
internal static class Sandbox
{
    private const string Limiter = "/usr/bin/prlimit";
    private const string Divider = "/usr/bin/unshare";
    private const long LargestFile = 64L << 20;
    private const int MostOpenFiles = 256;

    private static readonly Lazy<IReadOnlyList<string>> _namespaces = new(FindNamespaces);

    /// <summary>Whether programs have neither a network nor children that outlive them.</summary>
    internal static bool IsClosed => _namespaces.Value.Count > 0;

    /// <summary>The command that starts a program under its limits.</summary>
    /// <param name="program">The program and its arguments.</param>
    /// <param name="limits">What it may take.</param>
    /// <param name="completions">How many it shall score: each adds its time to the processor time.</param>
    internal static IReadOnlyList<string> Wrap(IReadOnlyList<string> program, RewardLimits limits, int completions)
    {
        if (!File.Exists(Limiter))
        {
            return limits.Megabytes is null
                ? program
                : throw new RewardSourceException(
                    $"There is no {Limiter} (util-linux) to limit a reward program's memory: install it, or set RewardMegabytes to none."
                );
        }
        var seconds = (long)Math.Ceiling(limits.TimeLimit.TotalSeconds * completions * Environment.ProcessorCount) + 1;
        List<string> wrapped =
        [
            .. _namespaces.Value,
            Limiter,
            "--core=0",
            Limit("cpu", seconds),
            Limit("fsize", LargestFile),
            Limit("nofile", MostOpenFiles),
        ];
        if (limits.Megabytes is { } megabytes)
        {
            wrapped.Add(Limit("as", megabytes * 1048576L));
        }
        return [.. wrapped, "--", .. program];

        static string Limit(string name, long value) => string.Create(CultureInfo.InvariantCulture, $"--{name}={value}");
    }

    // As root, or else within a user namespace, in which the worker's user may make the others; neither in some containers.
    private static IReadOnlyList<string> FindNamespaces()
    {
        string[] alone = [Divider, "--net", "--pid", "--fork", "--kill-child"];
        IReadOnlyList<IReadOnlyList<string>> ways = [alone, [.. alone, "--user", "--map-root-user"]];
        return File.Exists(Divider) ? ways.FirstOrDefault(Works) ?? [] : [];
    }

    private static bool Works(IReadOnlyList<string> way)
    {
        var start = new ProcessStartInfo(way[0]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in way.Skip(1).Append("true"))
        {
            start.ArgumentList.Add(argument);
        }
        using var process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
