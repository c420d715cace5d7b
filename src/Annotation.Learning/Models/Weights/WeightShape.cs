namespace Annotation.Learning.Models.Weights;

/// <summary>A weight that a model of some shape must have, under its Hugging Face name.</summary>
/// <param name="Name">The name in model.safetensors.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Mean">Mean of a fresh weight.</param>
/// <param name="StandardDeviation">Standard deviation of a fresh weight; 0 for a constant.</param>
internal sealed record WeightShape(string Name, long[] Shape, double Mean, double StandardDeviation)
{
    internal static WeightShape Constant(string name, double value, params long[] shape) => new(name, shape, value, 0);

    internal static WeightShape Normal(string name, double standardDeviation, params long[] shape) =>
        new(name, shape, 0, standardDeviation);
}
