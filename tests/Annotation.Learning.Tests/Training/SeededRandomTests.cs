using Annotation.Learning.Training;
using Xunit;

namespace Annotation.Learning.Tests.Training;

public sealed class SeededRandomTests
{
    [Fact]
    public void Streams_depend_on_seed_and_path_only()
    {
        Assert.Equal(new SeededRandom(7, 1, 2).Permutation(20), new SeededRandom(7, 1, 2).Permutation(20));
        Assert.NotEqual(new SeededRandom(7, 1, 2).Permutation(20), new SeededRandom(7, 2, 1).Permutation(20));
        Assert.NotEqual(new SeededRandom(7, 1).Permutation(20), new SeededRandom(8, 1).Permutation(20));
        Assert.Equal(Enumerable.Range(0, 20), new SeededRandom(7).Permutation(20).Order());
    }

    [Fact]
    public void The_known_first_value_of_the_generator()
    {
        // First output for seed 0 of the public-domain reference implementation of SplitMix64.
        Assert.Equal(0xE220A8397B1DCDAFUL, new SeededRandom(0).NextBits());
    }

    [Fact]
    public void Normals_have_mean_0_and_variance_1()
    {
        var random = new SeededRandom(3);
        var drawn = Enumerable.Range(0, 20000).Select(_ => random.NextNormal()).ToList();
        Assert.InRange(drawn.Average(), -0.03, 0.03);
        Assert.InRange(drawn.Average(x => x * x), 0.95, 1.05);
    }
}
