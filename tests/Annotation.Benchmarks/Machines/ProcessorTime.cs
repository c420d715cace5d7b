using System.Globalization;

namespace Annotation.Benchmarks.Machines;

/// <summary>How much processor time processes took, with their children.</summary>
public static class ProcessorTime
{
    /// <summary>Seconds since these processes, and the children they have now, were started.</summary>
    public static double Of(params int[] processes)
    {
        var all = Directory
            .EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0)
            .Select(Read)
            .OfType<(int Id, int Parent, long Ticks)>()
            .ToList();
        // Linux counts 100 ticks per second.
        return all.Where(p => processes.Contains(p.Id) || processes.Contains(p.Parent)).Sum(p => p.Ticks) / 100.0;
    }

    private static (int Id, int Parent, long Ticks)? Read(int id)
    {
        try
        {
            // The name may hold spaces; it ends with the last bracket. Own time and that of children that ended.
            var fields = File.ReadAllText($"/proc/{id}/stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            long Field(int number) => long.Parse(fields[number], CultureInfo.InvariantCulture);
            return (id, (int)Field(1), Field(11) + Field(12) + Field(13) + Field(14));
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }
}
