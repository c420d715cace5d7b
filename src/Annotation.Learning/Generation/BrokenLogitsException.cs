namespace Annotation.Learning.Generation;

/// <summary>A model whose logits are no numbers, so that nothing can be drawn from them.</summary>
public sealed class BrokenLogitsException()
    : InvalidOperationException("The model's logits are not finite: its weights are broken. Take an earlier model, or import it again.");
