using System.Runtime.CompilerServices;
using Annotation.Learning.Tensors;

namespace Annotation.Learning.Tests.Tensors;

/// <summary>Loads the native library before any test makes a tensor.</summary>
internal static class TorchInitializer
{
    [ModuleInitializer]
    internal static void Load() => TorchRuntime.Load();
}
