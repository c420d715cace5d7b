namespace Annotation.Domain.Prompts;

/// <summary>Which part of the data a prompt and everything judged on it belongs to.</summary>
public enum Split
{
    /// <summary>Eight tenths: what models learn from.</summary>
    Train,

    /// <summary>One tenth: chooses settings and the moment to stop.</summary>
    Validation,

    /// <summary>One tenth: read by evaluation only, never by training.</summary>
    Test,
}
