namespace Annotation.Cli.Up;

/// <summary>Where the built web server and worker are.</summary>
public sealed record BuiltPrograms(string Web, string Worker)
{
    /// <summary>
    /// Finds them beside the command: as published (`web/`, `worker/`), or in the build's output folder, in the same configuration as the command.
    /// </summary>
    /// <exception cref="CommandFailedException">One is missing.</exception>
    public static BuiltPrograms Find(string commandFolder)
    {
        commandFolder = Path.TrimEndingDirectorySeparator(commandFolder);
        var configuration = Path.GetFileName(commandFolder).Split('_')[0];
        var outputs = Path.GetFullPath(Path.Combine(commandFolder, "..", ".."));
        return new BuiltPrograms(
            First(
                "web server",
                Path.Combine(commandFolder, "web", "Annotation.Web"),
                Path.Combine(outputs, "Annotation.Web", configuration, "Annotation.Web")
            ),
            First(
                "worker",
                Path.Combine(commandFolder, "worker", "Annotation.Worker"),
                Path.Combine(outputs, "Annotation.Worker", configuration + "_linux-x64", "Annotation.Worker")
            )
        );
    }

    private static string First(string name, params string[] places) =>
        places.FirstOrDefault(File.Exists)
        ?? throw new CommandFailedException(
            $"The {name} is not built (looked for {string.Join(" and ", places)}): run `dotnet build`, then start again."
        );
}
