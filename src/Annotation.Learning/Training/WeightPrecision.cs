namespace Annotation.Learning.Training;

/// <summary>Type of a model's weights.</summary>
public enum WeightPrecision
{
    /// <summary>32 bits.</summary>
    Fp32,

    /// <summary>16 bits with the range of float32 and 8 bits of precision.</summary>
    Bf16,
}
