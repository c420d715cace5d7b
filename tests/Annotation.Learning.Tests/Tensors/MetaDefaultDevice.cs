using Xunit;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.Tensors;

/// <summary>Makes meta the default device for a while. The default is shared by all threads, so such tests run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MetaDefaultDevice : IDisposable
{
    internal const string Name = "meta as default device";
    private readonly Device _before = get_default_device();

    public MetaDefaultDevice() => set_default_device(new Device(TorchSharp.DeviceType.META));

    public void Dispose() => set_default_device(_before);
}
