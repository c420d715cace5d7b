using Npgsql;

namespace Annotation.Benchmarks.Labeling;

/// <summary>Compares what clients were told with what the database has.</summary>
internal static class Reconciliation
{
    /// <summary>Reads the clients' files and the database; the counts of kills and time are the caller's.</summary>
    public static async Task<ExactnessFigures> CompareAsync(
        NpgsqlDataSource database,
        IReadOnlyList<string> files,
        CancellationToken cancellation
    )
    {
        // The last acknowledged word about each assignment: the key that must be live, or none after an undo.
        var last = new Dictionary<Guid, Guid>();
        var late = new HashSet<Guid>();
        var (acknowledged, undone) = (0, 0);
        foreach (var line in files.SelectMany(File.ReadLines))
        {
            var words = line.Split(' ');
            var (assignment, key) = (Guid.Parse(words[1]), Guid.Parse(words[2]));
            switch (words[0])
            {
                case "stored":
                    last[assignment] = key;
                    acknowledged++;
                    break;
                case "undone":
                    last.Remove(assignment);
                    undone++;
                    break;
                case "lease-lost":
                    late.Add(key);
                    break;
            }
        }

        var live = await KeysAsync(database, Live, cancellation);
        var kept = await KeysAsync(database, "select assignment_id, submission_key from late_submissions", cancellation);
        var keptKeys = kept.Select(k => k.Key).ToHashSet();
        var byAssignment = live.ToLookup(l => l.Assignment, l => l.Key);
        return new ExactnessFigures
        {
            Lost = last.Count(pair => !byAssignment[pair.Key].Contains(pair.Value)),
            // More than one live judgement of an assignment, or one that its client does not know to be stored.
            Duplicate = byAssignment.Sum(judgements => judgements.Count(key => last.GetValueOrDefault(judgements.Key) != key)),
            LateLost = late.Count(key => !keptKeys.Contains(key)),
            Acknowledged = acknowledged,
            LiveJudgements = live.Count,
            Undone = undone,
            Late = late.Count,
        };
    }

    private static async Task<List<(Guid Assignment, Guid Key)>> KeysAsync(
        NpgsqlDataSource database,
        string sql,
        CancellationToken cancellation
    )
    {
        await using var command = database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var keys = new List<(Guid, Guid)>();
        while (await reader.ReadAsync(cancellation))
        {
            keys.Add((reader.GetGuid(0), reader.GetGuid(1)));
        }

        return keys;
    }

    private const string Live = """
        select a.assignment_id, a.submission_key from answers a
        where not exists (select 1 from answers later where later.supersedes_id = a.id)
          and not exists (select 1 from retractions r where r.answer_id = a.id)
        """;
}
