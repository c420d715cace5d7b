using System.Buffers;

namespace Annotation.Client;

/// <summary>Copies a stream and says how long it was; a connection that breaks off is an <see cref="AnnotationException"/>.</summary>
internal static class CountedCopy
{
    public static async Task<long> CopyAsync(Stream source, Stream target, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        long total = 0;
        try
        {
            while (await ReadAsync(source, buffer, cancellation) is var count and > 0)
            {
                await target.WriteAsync(buffer.AsMemory(0, count), cancellation);
                total += count;
            }

            return total;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<int> ReadAsync(Stream source, byte[] buffer, CancellationToken cancellation)
    {
        try
        {
            return await source.ReadAsync(buffer, cancellation);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new AnnotationException($"The download broke off ({e.Message}): try again.", "broken-off", e);
        }
    }
}
