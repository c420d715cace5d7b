using Annotation.Learning.Training;
using Xunit;

namespace Annotation.Learning.Tests.Training;

public sealed class EpochOrderTests
{
    [Fact]
    public void Every_epoch_takes_every_row_once_in_another_order()
    {
        var order = new EpochOrder(10, 4, 3);
        var epochs = Enumerable.Range(0, 2).Select(e => Enumerable.Range(0, 3).SelectMany(s => order.Batch(e * 3 + s)).ToList()).ToList();
        Assert.Equal(3, order.StepsPerEpoch);
        Assert.All(epochs, e => Assert.Equal(Enumerable.Range(0, 10), e.Order()));
        Assert.NotEqual(epochs[0], epochs[1]);
        Assert.Equal(2, order.Batch(5).Count);
    }

    [Fact]
    public void A_step_is_the_same_whatever_was_asked_before() =>
        Assert.Equal(new EpochOrder(10, 4, 3).Batch(4), AfterOthers(new EpochOrder(10, 4, 3)));

    private static ArraySegment<int> AfterOthers(EpochOrder order)
    {
        order.Batch(0);
        order.Batch(7);
        return order.Batch(4);
    }
}
