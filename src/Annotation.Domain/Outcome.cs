using System.Diagnostics.CodeAnalysis;

namespace Annotation.Domain;

/// <summary>What a use case returns: its value, or the refusal that says why there is none.</summary>
public sealed class Outcome<T>
    where T : notnull
{
    private Outcome(T? value, Refusal? refusal) => (Value, Refusal) = (value, refusal);

    /// <summary>The result; null when refused.</summary>
    public T? Value { get; }

    /// <summary>Why there is no result; null when there is one.</summary>
    public Refusal? Refusal { get; }

    /// <summary>True when <see cref="Value"/> holds the result.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool Succeeded => Refusal is null;

    [SuppressMessage("Usage", "CA2225", Justification = "The use cases return either side directly.")]
    public static implicit operator Outcome<T>(T value) => new(value, null);

    [SuppressMessage("Usage", "CA2225", Justification = "The use cases return either side directly.")]
    public static implicit operator Outcome<T>(Refusal refusal) => new(default, refusal);
}
