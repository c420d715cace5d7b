namespace Annotation.Cli;

/// <summary>Ends a command with one sentence that says what is wrong and what to do; the program prints it and exits with 1.</summary>
public sealed class CommandFailedException(string sentence) : Exception(sentence);
