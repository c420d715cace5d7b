namespace Annotation.Learning.Tensors;

/// <summary>The native tensor library, or the device asked for, cannot be used. The message says what to do.</summary>
public sealed class TorchRuntimeException : Exception
{
    public TorchRuntimeException(string message)
        : base(message) { }

    public TorchRuntimeException(string message, Exception inner)
        : base(message, inner) { }
}
