namespace Annotation.Demo.Projects;

/// <summary>A criterion of the demo project.</summary>
/// <param name="Key">The judge's key for it.</param>
/// <param name="Name">What labelers read.</param>
/// <param name="Guideline">How to judge it, one or two sentences.</param>
/// <param name="Weight">Its weight in the score that PPO maximises.</param>
public sealed record DemoCriterion(string Key, string Name, string Guideline, double Weight);
