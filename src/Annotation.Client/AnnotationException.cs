namespace Annotation.Client;

/// <summary>The server refused a request, or could not be reached: one sentence that says what is wrong and what to do.</summary>
/// <param name="sentence">The sentence, fit to be shown to a person as it is.</param>
/// <param name="code">The refusal's short code; `unreachable` when nothing answered, `http-NNN` when the answer was not the platform's.</param>
public sealed class AnnotationException(string sentence, string code, Exception? inner = null) : Exception(sentence, inner)
{
    /// <summary>The refusal's short code, for programs.</summary>
    public string Code => code;
}
