namespace Annotation.Jobs.Execution;

/// <summary>A run cannot go on for a reason that a person can mend; the message is the sentence stored with the run.</summary>
public sealed class RunFailedException(string sentence) : Exception(sentence);
