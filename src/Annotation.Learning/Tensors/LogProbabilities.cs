using static TorchSharp.torch;

namespace Annotation.Learning.Tensors;

/// <summary>Log-probabilities in nats from logits. Half-precision logits are widened to float32 first.</summary>
public static class LogProbabilities
{
    /// <summary>
    /// log softmax(logits / temperature)[label] as chosen logit minus logsumexp: logits (..., V), labels (...) int64
    /// in [0, V) -> (...). The temperature must be the sampler's, else old and new log-probabilities disagree.
    /// </summary>
    public static Tensor TokenLogProbabilities(Tensor logits, Tensor labels, double temperature = 1)
    {
        using var scope = NewDisposeScope();
        var scaled = Tempered(logits, temperature);
        var chosen = scaled.gather(-1, labels.unsqueeze(-1)).squeeze(-1);
        return (chosen - scaled.logsumexp(-1)).MoveToOuterDisposeScope();
    }

    /// <summary>Entropy of softmax(logits / temperature) in nats: (B, T, V) -> (B, T).</summary>
    public static Tensor Entropy(Tensor logits, double temperature = 1)
    {
        using var scope = NewDisposeScope();
        var logp = Tempered(logits, temperature).log_softmax(-1);
        return (-(logp.exp() * logp).sum(-1)).MoveToOuterDisposeScope();
    }

    /// <summary>KL(p || q) = sum p (log p - log q) over the vocabulary, of two sets of logits (B, T, V) -> (B, T).</summary>
    public static Tensor FullKl(Tensor logits, Tensor referenceLogits)
    {
        using var scope = NewDisposeScope();
        var p = Tempered(logits, 1).log_softmax(-1);
        var q = Tempered(referenceLogits, 1).log_softmax(-1);
        return (p.exp() * (p - q)).sum(-1).MoveToOuterDisposeScope();
    }

    private static Tensor Tempered(Tensor logits, double temperature)
    {
        var wide = logits.to(WideType.Of(logits.dtype));
        return temperature == 1 ? wide : wide / temperature;
    }
}
