using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Annotation.Jobs.Execution;

/// <summary>What equal weights depend on besides a run's inputs; recorded with every result.</summary>
public static class Machine
{
    /// <summary>Processor, threads, build and runtime.</summary>
    public static JsonObject Describe(int threads) =>
        new()
        {
            ["processor"] = ProcessorName(),
            ["threads"] = threads,
            ["build"] = typeof(Machine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion,
            ["runtime"] = RuntimeInformation.FrameworkDescription,
            ["system"] = RuntimeInformation.RuntimeIdentifier,
        };

    private static string ProcessorName()
    {
        const string file = "/proc/cpuinfo";
        var line = File.Exists(file)
            ? File.ReadLines(file).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
