using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Annotation.Learning.RewardModeling;

/// <summary>
/// Losses of ranked completions. Scores and ranks are (R, K): one row per prompt (and criterion), one column per
/// completion; rank 1 is best, equal ranks tie, 0 means not ranked or not there. Every loss is per row: (R).
/// All are written with softplus or logsumexp, so that large margins neither overflow nor lose their gradient.
/// </summary>
public static class PreferenceLosses
{
    /// <summary>
    /// -(1-e) log sigmoid(d) - e log sigmoid(-d) for score differences d = winner - loser, elementwise; e is label smoothing. With a flip
    /// rate f, -log((1-f) sigmoid(d) + f sigmoid(-d)) instead, whose gradient vanishes at pairs that are far on the wrong side.
    /// Source: Bradley-Terry model, Stiennon et al. 2020; smoothing as in conservative DPO; flips as in Christiano et al. 2017.
    /// </summary>
    public static Tensor BradleyTerry(Tensor difference, double labelSmoothing = 0, double flipRate = 0)
    {
        using var scope = NewDisposeScope();
        if (flipRate > 0)
        {
            var (right, wrong) = (functional.softplus(-difference), functional.softplus(difference));
            var mixed = stack([Math.Log(1 - flipRate) - right, Math.Log(flipRate) - wrong]).logsumexp(0);
            return (-mixed).MoveToOuterDisposeScope();
        }
        var loss = functional.softplus(-difference);
        if (labelSmoothing > 0)
        {
            loss = loss * (1 - labelSmoothing) + functional.softplus(difference) * labelSmoothing;
        }
        return loss.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Sum of <see cref="BradleyTerry"/> over the untied pairs of each row; with <see cref="PairCount"/> the mean. The margin, times the
    /// number of ranks between a pair, is what a winner must lead by (Llama 2, section 3.2.2). (R)
    /// </summary>
    public static Tensor PairSum(Tensor scores, Tensor ranks, double labelSmoothing = 0, double flipRate = 0, double margin = 0)
    {
        using var scope = NewDisposeScope();
        var leads = Differences(scores); // (R, K, K): row item beats column item
        if (margin > 0)
        {
            leads = leads - (ranks.unsqueeze(1) - ranks.unsqueeze(2)).to(scores.dtype) * margin;
        }
        var losses = BradleyTerry(leads, labelSmoothing, flipRate);
        return losses.masked_fill(Preferred(ranks).logical_not(), 0).sum([1, 2]).MoveToOuterDisposeScope();
    }

    /// <summary>Number of untied pairs of each row. (R), of the given type.</summary>
    public static Tensor PairCount(Tensor ranks, ScalarType type)
    {
        using var scope = NewDisposeScope();
        return Preferred(ranks).sum([1, 2]).to(type).MoveToOuterDisposeScope();
    }

    /// <summary>Number of untied pairs of each row that the scores order right; equal scores count half. (R), of the scores' type.</summary>
    public static Tensor CorrectPairs(Tensor scores, Tensor ranks)
    {
        using var scope = NewDisposeScope();
        var right = Differences(scores).sign().add(1).div(2);
        return right.masked_fill(Preferred(ranks).logical_not(), 0).sum([1, 2]).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// InstructGPT eq. 1 with ties dropped: mean of <see cref="BradleyTerry"/> over the untied pairs of each row, so that
    /// every prompt weighs the same whatever its K; 0 for a row without a pair. (R)
    /// </summary>
    public static Tensor PairMean(Tensor scores, Tensor ranks, double labelSmoothing = 0, double flipRate = 0, double margin = 0)
    {
        using var scope = NewDisposeScope();
        var count = PairCount(ranks, scores.dtype).clamp_min(1);
        return (PairSum(scores, ranks, labelSmoothing, flipRate, margin) / count).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Mean over the untied pairs of each row of (winner + loser)^2, which takes away the free constant of the scores
    /// (Eisenstein et al. 2023); 0 for a row without a pair. (R)
    /// </summary>
    public static Tensor PairMeanCentering(Tensor scores, Tensor ranks)
    {
        using var scope = NewDisposeScope();
        var sums = (scores.unsqueeze(2) + scores.unsqueeze(1)).square();
        var total = sums.masked_fill(Preferred(ranks).logical_not(), 0).sum([1, 2]);
        return (total / PairCount(ranks, scores.dtype).clamp_min(1)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Plackett-Luce negative log-likelihood: for each completion alone on its rank, logsumexp over all that rank no better,
    /// minus its own score. Tied completions make no choice term but stay in the denominators; ranks (1, 2, 2, 2) give the
    /// best-of-K softmax loss of lm-human-preferences. (R)
    /// </summary>
    public static Tensor PlackettLuce(Tensor scores, Tensor ranks)
    {
        using var scope = NewDisposeScope();
        var mine = ranks.unsqueeze(2);
        var others = ranks.unsqueeze(1);
        var ranked = ranks.gt(0);
        var candidates = others.ge(mine).logical_and(others.gt(0)).logical_and(mine.gt(0)); // (R, K, K)
        var alone = others.eq(mine).sum(2).eq(1).logical_and(ranked);
        // An unranked row item would have no candidate at all: let it see itself, its term is dropped below.
        var self = eye(ranks.shape[1], dtype: ScalarType.Bool, device: ranks.device).unsqueeze(0);
        var logits = scores
            .unsqueeze(1)
            .expand(candidates.shape)
            .masked_fill(candidates.logical_or(self).logical_not(), double.NegativeInfinity);
        var terms = logits.logsumexp(2) - scores;
        return terms.masked_fill(alone.logical_not(), 0).sum(1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Rao-Kupper: P(a beats b) = A/(A + theta B), P(tie) = (theta^2 - 1)AB/((A + theta B)(B + theta A)), A = exp(score a).
    /// difference = score a - score b; outcome elementwise 0 a wins, 1 b wins, 2 tie; theta &gt; 1, a scalar tensor.
    /// Returns the log-probabilities of the three outcomes, (..., 3).
    /// </summary>
    public static Tensor RaoKupperLogProbabilities(Tensor difference, Tensor theta)
    {
        using var scope = NewDisposeScope();
        var wins = -functional.softplus(theta.log() - difference);
        var loses = -functional.softplus(theta.log() + difference);
        var tie = (theta.square() - 1).log() + wins + loses;
        return stack([wins, loses, tie], -1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Davidson: P(a beats b) = A/(A + B + nu sqrt(AB)), P(tie) = nu sqrt(AB)/(A + B + nu sqrt(AB)); nu &gt; 0, a scalar tensor.
    /// Returns the log-probabilities of a wins, b wins, tie, (..., 3).
    /// </summary>
    public static Tensor DavidsonLogProbabilities(Tensor difference, Tensor nu)
    {
        using var scope = NewDisposeScope();
        var half = difference / 2;
        return stack([half, -half, nu.log().expand(half.shape)], -1).log_softmax(-1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Mean over all pairs of a row, ties included, of the negative log-probability that a tie model gives to the outcome
    /// seen; the model maps differences (...) to log-probabilities (..., 3). (R)
    /// </summary>
    public static Tensor PairMeanWithTies(Tensor scores, Tensor ranks, Func<Tensor, Tensor> outcomeLogProbabilities)
    {
        using var scope = NewDisposeScope();
        var tied = ranks.unsqueeze(2).eq(ranks.unsqueeze(1)).logical_and(ranks.unsqueeze(2).gt(0)).triu(1);
        var won = Preferred(ranks);
        var outcomes = outcomeLogProbabilities(Differences(scores)); // (R, K, K, 3)
        var wins = outcomes.select(3, 0).masked_fill(won.logical_not(), 0);
        var ties = outcomes.select(3, 2).masked_fill(tied.logical_not(), 0);
        var count = (won.sum([1, 2]) + tied.sum([1, 2])).to(scores.dtype).clamp_min(1);
        return (-(wins + ties).sum([1, 2]) / count).MoveToOuterDisposeScope();
    }

    private static Tensor Differences(Tensor scores) => scores.unsqueeze(2) - scores.unsqueeze(1);

    // (R, K, K): true where the row item is strictly better than the column item and both are ranked.
    private static Tensor Preferred(Tensor ranks) => ranks.unsqueeze(2).lt(ranks.unsqueeze(1)).logical_and(ranks.unsqueeze(2).gt(0));
}
