using System.IO.Compression;
using System.Text;

namespace Annotation.Domain.Preferences.Imports;

/// <summary>
/// Opens gzip data so that a cut file is noticed. The framework's GZipStream takes the end of its input for the end of
/// the data, wherever that is. So one more gzip member with one known line is put behind the data: if that line does
/// not come out at the end, the member before it was not whole.
/// </summary>
internal static class SealedGzip
{
    /// <summary>The line that ends whole data. No text file has it: it begins with a null character.</summary>
    public const string LastLine = "\0end of gzip data";

    private static readonly byte[] Seal = Compress("\n" + LastLine);

    /// <summary>The gunzipped data, then a line break and <see cref="LastLine"/>.</summary>
    public static Stream Open(Stream compressed) =>
        new GZipStream(new Sequence(compressed, new MemoryStream(Seal)), CompressionMode.Decompress);

    private static byte[] Compress(string text)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return bytes.ToArray();
    }

    /// <summary>One stream's bytes and then another's.</summary>
    private sealed class Sequence(Stream first, Stream second) : Stream
    {
        private bool firstEnded;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = firstEnded ? 0 : await first.ReadAsync(buffer, cancellationToken);
            firstEnded |= count == 0 && buffer.Length > 0;
            return count > 0 ? count : await second.ReadAsync(buffer, cancellationToken);
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = firstEnded ? 0 : first.Read(buffer, offset, count);
            firstEnded |= read == 0 && count > 0;
            return read > 0 ? read : second.Read(buffer, offset, count);
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
