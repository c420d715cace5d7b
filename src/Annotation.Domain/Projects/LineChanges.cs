namespace Annotation.Domain.Projects;

/// <summary>What changed between two versions of a text, line by line.</summary>
public static class LineChanges
{
    // Above this many cells the table of the middle part would cost more than anybody reads.
    private const int MaxCells = 4_000_000;

    /// <summary>
    /// The lines of both versions in reading order: a longest common subsequence stays the same, other lines of the
    /// earlier text are removed, other lines of the later one added.
    /// </summary>
    public static IReadOnlyList<LineChange> Between(string earlier, string later)
    {
        var (a, b) = (Lines(earlier), Lines(later));
        var start = 0;
        while (start < a.Length && start < b.Length && a[start] == b[start])
        {
            start++;
        }

        var end = 0;
        while (end < a.Length - start && end < b.Length - start && a[^(end + 1)] == b[^(end + 1)])
        {
            end++;
        }

        return
        [
            .. a[..start].Select(line => new LineChange(LineState.Same, line)),
            .. Middle(a[start..^end], b[start..^end]),
            .. a[(a.Length - end)..].Select(line => new LineChange(LineState.Same, line)),
        ];
    }

    private static IEnumerable<LineChange> Middle(string[] a, string[] b)
    {
        if ((long)a.Length * b.Length > MaxCells)
        {
            return
            [
                .. a.Select(line => new LineChange(LineState.Removed, line)),
                .. b.Select(line => new LineChange(LineState.Added, line)),
            ];
        }

        // common[i, j]: length of the longest common subsequence of a from i and b from j.
        var common = new int[a.Length + 1, b.Length + 1];
        for (var i = a.Length - 1; i >= 0; i--)
        {
            for (var j = b.Length - 1; j >= 0; j--)
            {
                common[i, j] = a[i] == b[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        var changes = new List<LineChange>();
        for (int i = 0, j = 0; i < a.Length || j < b.Length; )
        {
            if (i < a.Length && j < b.Length && a[i] == b[j])
            {
                changes.Add(new LineChange(LineState.Same, a[i++]));
                j++;
            }
            else if (j == b.Length || (i < a.Length && common[i + 1, j] >= common[i, j + 1]))
            {
                changes.Add(new LineChange(LineState.Removed, a[i++]));
            }
            else
            {
                changes.Add(new LineChange(LineState.Added, b[j++]));
            }
        }

        return changes;
    }

    private static string[] Lines(string text) => text.Length == 0 ? [] : text.ReplaceLineEndings("\n").Split('\n');
}

/// <summary>A line and what became of it.</summary>
public sealed record LineChange(LineState State, string Text);

/// <summary>What became of a line.</summary>
public enum LineState
{
    Same,
    Added,
    Removed,
}
