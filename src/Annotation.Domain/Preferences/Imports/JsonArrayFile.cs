using System.Text;
using System.Text.Json;
using Annotation.Domain.Preferences.Formats;

namespace Annotation.Domain.Preferences.Imports;

/// <summary>A file that is one JSON list instead of a document per line.</summary>
internal static class JsonArrayFile
{
    /// <summary>Largest list, in characters: it must fit in memory as a whole.</summary>
    private const int MaxLength = 512 * 1024 * 1024;

    private static readonly JsonReaderOptions Depth = new() { MaxDepth = 1000 };

    /// <summary>Whether the first line of a file that is not blank begins a list.</summary>
    public static bool Begins(string line) => line.AsSpan().TrimStart().StartsWith("[");

    /// <summary>Adds a line; the file is refused when it grows too large.</summary>
    public static void Add(StringBuilder text, string line)
    {
        text.Append(line).Append('\n');
        if (text.Length > MaxLength)
        {
            throw new ImportFaultException(
                $"a JSON list of more than {MaxLength >> 20} million characters; use JSON lines",
                wholeFile: true
            );
        }
    }

    /// <summary>The elements of the list, each with the line on which it begins.</summary>
    /// <exception cref="ImportFaultException">The list is not whole.</exception>
    public static List<(long Number, string Text)> Elements(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var elements = new List<(long, string)>();
        long number = 1;
        try
        {
            var reader = new Utf8JsonReader(bytes, Depth);
            reader.Read();
            var counted = 0;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                var start = (int)reader.TokenStartIndex;
                number += bytes.AsSpan(counted..start).Count((byte)'\n');
                counted = start;
                reader.Skip();
                elements.Add((number, Encoding.UTF8.GetString(bytes, start, (int)reader.BytesConsumed - start)));
            }

            while (reader.Read()) { }
        }
        catch (JsonException failure)
        {
            throw new ImportFaultException($"the JSON list is damaged near line {failure.LineNumber + 1}", wholeFile: true);
        }

        return elements;
    }
}
