namespace Annotation.Learning.Training;

/// <summary>None of the rows that a trainer was given can be learned from; the message says how many there were and why.</summary>
public sealed class NothingToLearnException(string message) : ArgumentException(message);
