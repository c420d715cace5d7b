using Annotation.Learning.Training;
using Xunit;

namespace Annotation.Learning.Tests.Training;

public sealed class LengthBucketsTests
{
    [Fact]
    public void Every_row_is_in_one_group_of_like_lengths()
    {
        int[] lengths = [10, 100, 12, 30, 21, 11];
        var groups = LengthBuckets.Split(lengths, 1000);
        Assert.Equal(
            [
                [0, 5, 2, 4],
                [3],
                [1],
            ],
            groups
        );
    }

    [Fact]
    public void A_group_never_takes_more_tokens_than_allowed_unless_one_row_does()
    {
        Assert.Equal(
            [
                [0, 1],
                [2],
            ],
            LengthBuckets.Split([10, 10, 10], 20)
        );
        Assert.Equal(
            [
                [0],
            ],
            LengthBuckets.Split([50], 20)
        );
    }
}
