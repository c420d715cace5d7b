using static TorchSharp.torch;

namespace Annotation.Learning.Tensors;

/// <summary>The type that sums, losses and what an optimizer changes are computed in.</summary>
internal static class WideType
{
    /// <summary>Float32 for the half-precision types, else the type itself.</summary>
    internal static ScalarType Of(ScalarType dtype) => dtype is ScalarType.BFloat16 or ScalarType.Float16 ? ScalarType.Float32 : dtype;
}
