using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using Annotation.Domain.Preferences.Formats;

namespace Annotation.Domain.Preferences.Imports;

/// <summary>
/// The lines of a file: gunzipped when its name or its first bytes say so, strictly UTF-8, numbered from 1, blank ones
/// left out. A file that is one JSON list gives its elements instead. Whatever breaks the file as a whole throws an <see cref="ImportFaultException"/> for the whole file.
/// </summary>
internal static class JsonLines
{
    // A line must fit in memory; a longer one is a file of another kind.
    private const int MaxLineLength = 64 * 1024 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static async IAsyncEnumerable<(long Number, string Text)> ReadAsync(
        Stream file,
        string fileName,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var (reader, compressed) = await OpenAsync(file, fileName, cancellationToken);
        try
        {
            long number = 0;
            var whole = !compressed;
            StringBuilder? list = null;
            while (await NextAsync(reader, number + 1, cancellationToken) is { } line)
            {
                number++;
                whole |= compressed && line == SealedGzip.LastLine;
                if (line == SealedGzip.LastLine)
                {
                    continue;
                }

                list ??= number == 1 && JsonArrayFile.Begins(line) ? new StringBuilder() : null;
                if (list is not null)
                {
                    JsonArrayFile.Add(list, line);
                }
                else if (!string.IsNullOrWhiteSpace(line))
                {
                    yield return (number, line);
                }
            }

            if (!whole)
            {
                throw Damaged(number);
            }

            foreach (var element in list is null ? [] : JsonArrayFile.Elements(list.ToString()))
            {
                yield return element;
            }
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    private static async Task<(PipeReader Reader, bool Compressed)> OpenAsync(
        Stream file,
        string fileName,
        CancellationToken cancellationToken
    )
    {
        var reader = PipeReader.Create(file, new StreamPipeReaderOptions(leaveOpen: true));
        var start = await reader.ReadAtLeastAsync(2, cancellationToken);
        var magic = start.Buffer.Slice(0, Math.Min(2, start.Buffer.Length)).ToArray();
        reader.AdvanceTo(start.Buffer.Start);
        if (magic is [0x1f, 0x8b])
        {
            return (PipeReader.Create(SealedGzip.Open(reader.AsStream())), true);
        }

        return fileName.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
            ? throw new ImportFaultException("the file's name says gzip, but its content is not", wholeFile: true)
            : (reader, false);
    }

    /// <summary>The next line without its end, or null after the last.</summary>
    private static async Task<string?> NextAsync(PipeReader reader, long number, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await ReadAsync(reader, number, cancellationToken);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Decode(read.Buffer.Slice(0, end), number);
                reader.AdvanceTo(read.Buffer.GetPosition(1, end));
                return line;
            }

            if (read.IsCompleted)
            {
                var last = read.Buffer.IsEmpty ? null : Decode(read.Buffer, number);
                reader.AdvanceTo(read.Buffer.End);
                return last;
            }

            if (read.Buffer.Length > MaxLineLength)
            {
                throw new ImportFaultException($"line {number} is longer than {MaxLineLength} bytes", wholeFile: true);
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static async Task<ReadResult> ReadAsync(PipeReader reader, long number, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadAsync(cancellationToken);
        }
        catch (InvalidDataException)
        {
            throw Damaged(number);
        }
    }

    private static ImportFaultException Damaged(long number) =>
        new($"the gzip data is damaged or cut off near line {number}", wholeFile: true);

    private static string Decode(ReadOnlySequence<byte> bytes, long number)
    {
        try
        {
            var text = Strict.GetString(bytes);
            // A byte order mark is no part of the text.
            return number == 1 ? text.TrimStart('\uFEFF') : text;
        }
        catch (DecoderFallbackException)
        {
            throw new ImportFaultException($"line {number} is not valid UTF-8", wholeFile: true);
        }
    }
}
