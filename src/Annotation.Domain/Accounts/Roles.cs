namespace Annotation.Domain.Accounts;

/// <summary>The names of the three roles. An admin may do whatever the others may.</summary>
public static class Roles
{
    public const string Admin = "admin";
    public const string Engineer = "engineer";
    public const string Labeler = "labeler";

    /// <summary>All of them, the most powerful first.</summary>
    public static IReadOnlyList<string> All { get; } = [Admin, Engineer, Labeler];
}
