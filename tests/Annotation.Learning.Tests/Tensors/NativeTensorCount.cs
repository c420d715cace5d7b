using Xunit;

namespace Annotation.Learning.Tests.Tensors;

/// <summary>For tests that count live native tensors: the count is of the whole process, so they run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class NativeTensorCount
{
    internal const string Name = "counts native tensors";
}
