using Annotation.Domain.Runs;
using Annotation.Jobs.Execution;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Jobs.Tests.Execution;

public sealed class OutOfMemoryTests
{
    [Fact]
    public void What_the_native_library_throws_is_understood()
    {
        // A thousand terabytes.
        var problem = Assert.ThrowsAny<Exception>(() => zeros([1L << 50], ScalarType.Int8, CPU));
        Assert.True(OutOfMemory.Caused(problem), problem.ToString());
        using var few = zeros([3], ScalarType.Float32, CPU);
        Assert.False(OutOfMemory.Caused(Assert.ThrowsAny<Exception>(() => few.view(2, 2))));
    }

    [Theory]
    [InlineData(RunKind.Sft, "MaxTokensPerPass")]
    [InlineData(RunKind.Rloo, "RowsPerPass")]
    public void The_sentence_names_the_step_and_the_setting(RunKind kind, string setting)
    {
        var sentence = OutOfMemory.Sentence(kind, 12);
        Assert.Contains("step 12", sentence, StringComparison.Ordinal);
        Assert.Contains(setting, sentence, StringComparison.Ordinal);
    }
}
