namespace Annotation.Cli.Up;

/// <summary>Remembers the local platform that was started last, so that the other verbs need not be told where it is.</summary>
public static class LastPlatform
{
    /// <summary>The file, in the user's own data folder, readable by its owner only.</summary>
    public static string DefaultFile =>
        Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
            "annotation",
            "current.json"
        );

    /// <summary>Remembers it; a home that cannot be written to is no reason to fail.</summary>
    /// <returns>Whether it was remembered.</returns>
    public static bool Remember(FirstAdmin admin)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(DefaultFile)!);
            admin.Write(DefaultFile);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The one remembered; null when there is none.</summary>
    public static FirstAdmin? Recall() => FirstAdmin.Read(DefaultFile);
}
