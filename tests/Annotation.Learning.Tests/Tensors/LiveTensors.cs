using TorchSharp;

namespace Annotation.Learning.Tests.Tensors;

/// <summary>Counts native tensors for tests of leaks.</summary>
public static class LiveTensors
{
    /// <summary>
    /// The count once the garbage of earlier tests is gone; else its finalizers lower the count in the middle of a test. After the
    /// code under test read <c>Tensor.TotalCount</c> itself: collecting again would hide what it forgot to dispose.
    /// </summary>
    public static long Settled()
    {
        for (var round = 0; round < 2; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return torch.Tensor.TotalCount;
    }
}
