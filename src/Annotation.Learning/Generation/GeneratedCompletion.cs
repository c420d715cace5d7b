namespace Annotation.Learning.Generation;

/// <summary>What a model wrote for one prompt.</summary>
/// <param name="Ids">Its tokens, with the ending one if there is one.</param>
/// <param name="Ended">Whether its end token or a stop sequence ended it, rather than the limit on its length.</param>
/// <param name="Text">The text of the tokens, without the ending one, cut before a stop sequence.</param>
/// <param name="LogProbabilities">
/// Of each token, in nats, under softmax(logits / temperature), before top-k and top-p; at temperature 0, under
/// softmax(logits).
/// </param>
public sealed record GeneratedCompletion(IReadOnlyList<int> Ids, bool Ended, string Text, IReadOnlyList<float> LogProbabilities);
