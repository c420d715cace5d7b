using Annotation.Learning.RewardModeling;
using Annotation.Learning.Training;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.RewardModeling;

/// <summary>Properties that golden files do not show.</summary>
public sealed class PreferenceLossesTests
{
    [Fact]
    public void Huge_margins_neither_overflow_nor_lose_their_gradient()
    {
        using var scope = NewDisposeScope();
        var difference = tensor(new[] { -1000f, 1000f }, device: CPU).requires_grad_();
        var loss = PreferenceLosses.BradleyTerry(difference);
        loss.sum().backward();
        Assert.Equal([1000f, 0f], loss.data<float>().ToArray());
        Assert.Equal([-1f, 0f], difference.grad!.data<float>().ToArray());
    }

    [Fact]
    public void A_flip_rate_bounds_what_a_mislabelled_pair_costs_and_a_margin_is_what_a_winner_must_lead_by()
    {
        using var scope = NewDisposeScope();
        var difference = tensor(new[] { -50.0, 0.0, 50.0 }, device: CPU).requires_grad_();
        var loss = PreferenceLosses.BradleyTerry(difference, flipRate: 0.1);
        loss.sum().backward();
        // -log 0.1, -log 0.5 whatever the rate, -log 0.9.
        Assert.Equal([2.302585, 0.693147, 0.105361], loss.data<double>().ToArray().Select(x => Math.Round(x, 6)));
        // At 0: (2 * 0.1 - 1) / 4 / 0.5.
        Assert.Equal([0.0, -0.4, 0.0], difference.grad!.data<double>().ToArray().Select(x => Math.Round(x, 6)));

        // Leads of 1 and 2 are just what margin 1 asks for ranks 1, 2 and 3, so each of the three pairs costs log 2.
        var scores = tensor(new[] { 2.0, 1.0, 0.0 }, [1, 3], device: CPU);
        var ranks = tensor(new long[] { 1, 2, 3 }, [1, 3], device: CPU);
        Assert.Equal(Math.Log(2), PreferenceLosses.PairMean(scores, ranks, margin: 1).item<double>(), 1e-9);
    }

    [Fact]
    public void Padding_and_unranked_completions_change_nothing()
    {
        using var scope = NewDisposeScope();
        var scores = tensor(new[] { 0.3, -1.2, 0.8 }, [1, 3], device: CPU);
        var ranks = tensor(new long[] { 2, 3, 1 }, [1, 3], device: CPU);
        var wideScores = tensor(new[] { 0.3, 55, -1.2, 0.8, -70 }, [1, 5], device: CPU).requires_grad_();
        var wideRanks = tensor(new long[] { 2, 0, 3, 1, 0 }, [1, 5], device: CPU);
        foreach (
            var loss in new Func<Tensor, Tensor, Tensor>[]
            {
                (s, r) => PreferenceLosses.PairMean(s, r),
                PreferenceLosses.PlackettLuce,
                PreferenceLosses.PairMeanCentering,
            }
        )
        {
            Assert.Equal(loss(scores, ranks).item<double>(), loss(wideScores, wideRanks).item<double>(), 1e-12);
            wideScores.grad = null;
            loss(wideScores, wideRanks).sum().backward();
            Assert.Equal([0.0, 0.0], new[] { 1, 4 }.Select(i => wideScores.grad![0, i].item<double>()));
        }
    }

    [Fact]
    public void Only_ties_give_no_loss_and_no_bad_gradient()
    {
        using var scope = NewDisposeScope();
        var scores = tensor(new[] { 0.3f, -1.2f }, [1, 2], device: CPU).requires_grad_();
        var ranks = tensor(new long[] { 1, 1 }, [1, 2], device: CPU);
        (PreferenceLosses.PairMean(scores, ranks) + PreferenceLosses.PlackettLuce(scores, ranks)).sum().backward();
        Assert.Equal([0f, 0f], scores.grad!.data<float>().ToArray());
    }

    [Fact]
    public void The_loss_of_labels_drawn_from_known_scores_is_smallest_at_those_scores()
    {
        // Bradley-Terry: the expected loss at scale 1 is the entropy of the labels; other scales are worse.
        using var scope = NewDisposeScope();
        var random = new SeededRandom(5);
        var truth = Enumerable.Range(0, 4000).Select(_ => 2 * random.NextNormal()).ToArray();
        var signed = truth.Select(d => random.NextDouble() < 1 / (1 + Math.Exp(-d)) ? d : -d).ToArray();
        var bayes = truth.Average(d => Math.Log(1 + Math.Exp(-Math.Abs(d))) + Math.Abs(d) / (1 + Math.Exp(Math.Abs(d))));
        double Nll(double scale) => PreferenceLosses.BradleyTerry(tensor(signed, device: CPU) * scale).mean().item<double>();
        Assert.Equal(bayes, Nll(1), 0.03);
        Assert.True(Nll(1) < Nll(0.5) && Nll(1) < Nll(2));
    }
}
