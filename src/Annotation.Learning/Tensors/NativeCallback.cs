using System.Runtime.ExceptionServices;

namespace Annotation.Learning.Tensors;

/// <summary>
/// Our code that the native library calls. An exception cannot pass through that library, it would end the process: it is kept for
/// whoever goes on afterwards on the same thread, which is where gradients on the CPU are computed.
/// </summary>
internal static class NativeCallback
{
    [ThreadStatic]
    private static Exception? _kept;

    /// <summary>Keeps the first exception.</summary>
    public static void Keep(Exception problem) => _kept ??= problem;

    /// <summary>Throws what was kept, such as that memory ran out, and forgets it.</summary>
    public static void Rethrow()
    {
        if (_kept is { } problem)
        {
            _kept = null;
            ExceptionDispatchInfo.Throw(problem);
        }
    }
}
