using System.Text.Json;
using Annotation.Domain.Preferences.Formats;
using Annotation.Domain.Prompts;

namespace Annotation.Domain.Preferences.Imports;

/// <summary>Reads the rows of a file without storing them, by the rules of the imports.</summary>
public static class FileRows
{
    private static readonly JsonDocumentOptions Depth = new() { MaxDepth = 1000 };

    /// <summary>The rankings of a file, without answers that rank nothing; rows that are wrong are reported by line.</summary>
    public static async Task<Outcome<ReadRows<ReadRanking>>> ReadRankingsAsync(
        Stream file,
        string fileName,
        string format,
        CancellationToken cancellationToken
    )
    {
        var reader = Format.Find<IRankingReader>(format, "preferences");
        return reader.Succeeded
            ? await ReadAsync(file, fileName, line => reader.Value.ReadRankings(line).Where(r => r.Ranks), cancellationToken)
            : reader.Refusal;
    }

    /// <summary>The prompts of a file; rows that are wrong are reported by line.</summary>
    public static async Task<Outcome<ReadRows<IReadOnlyList<PromptMessage>>>> ReadPromptsAsync(
        Stream file,
        string fileName,
        string format,
        CancellationToken cancellationToken
    )
    {
        var reader = Format.Find<IPromptReader>(format, "prompts");
        return reader.Succeeded ? await ReadAsync(file, fileName, reader.Value.ReadPrompts, cancellationToken) : reader.Refusal;
    }

    private static async Task<Outcome<ReadRows<T>>> ReadAsync<T>(
        Stream file,
        string fileName,
        Func<JsonElement, IEnumerable<T>> read,
        CancellationToken cancellationToken
    )
    {
        var rows = new List<T>();
        var rejected = new List<RejectedRow>();
        try
        {
            await foreach (var (number, text) in JsonLines.ReadAsync(file, fileName, cancellationToken))
            {
                try
                {
                    using var line = JsonDocument.Parse(text, Depth);
                    rows.AddRange(read(line.RootElement).ToList());
                }
                catch (JsonException)
                {
                    rejected.Add(new RejectedRow(number, "the line is not valid JSON"));
                }
                catch (ImportFaultException fault) when (!fault.WholeFile)
                {
                    rejected.Add(new RejectedRow(number, fault.Message));
                }
            }
        }
        catch (ImportFaultException fault)
        {
            return new Refusal("invalid-file", $"{fileName}: {fault.Message}.");
        }

        return rows.Count > 0 ? new ReadRows<T>(rows, rejected)
            : rejected is [var first, ..]
                ? new Refusal("nothing-read", $"{fileName}: none of {rejected.Count} rows can be read; line {first.Line}: {first.Reason}.")
            : new Refusal("nothing-read", $"{fileName}: the file holds no rows.");
    }
}

/// <summary>The rows of a file, and the lines that could not be read.</summary>
public sealed record ReadRows<T>(IReadOnlyList<T> Rows, IReadOnlyList<RejectedRow> Rejected);
