using System.CommandLine;

namespace Annotation.Cli.Projects;

/// <summary>The option that names a project.</summary>
public static class ProjectOption
{
    /// <summary>For verbs that work in one project.</summary>
    public static Option<string> Required() =>
        new("--project")
        {
            Description = "The project's name or id",
            Required = true,
            HelpName = "P",
        };

    /// <summary>For verbs where a project narrows or helps.</summary>
    public static Option<string?> Optional() => new("--project") { Description = "The project's name or id", HelpName = "P" };
}
