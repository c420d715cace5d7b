namespace Annotation.Learning.Tests.Golden;

/// <summary>
/// Marks the adapter of a golden op: a static method that takes <see cref="GoldenInputs"/> and returns the results by
/// name, each a tensor, a number, a truth value, a text, null, or a list of these.
/// </summary>
/// <param name="op">The part of a golden file's name before <c>__</c>.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class GoldenOpAttribute(string op) : Attribute
{
    internal string Op { get; } = op;
}
