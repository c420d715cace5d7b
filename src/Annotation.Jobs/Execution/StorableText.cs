namespace Annotation.Jobs.Execution;

/// <summary>Makes what a model wrote fit for the database.</summary>
internal static class StorableText
{
    /// <summary>The text without NUL characters, which a model over bytes can write and PostgreSQL cannot store.</summary>
    public static string WithoutNul(this string text) => text.Replace("\0", "", StringComparison.Ordinal);
}
