namespace Annotation.Web.Hosting;

/// <summary>The configuration keys that the web application reads.</summary>
internal static class WebSettings
{
    /// <summary>The PostgreSQL connection string.</summary>
    /// <exception cref="InvalidOperationException">It is missing.</exception>
    public static string RequireConnection(this IConfiguration configuration) =>
        configuration.GetConnectionString("Annotation")
        ?? throw new InvalidOperationException(
            "The connection string is missing; set ConnectionStrings:Annotation (environment ConnectionStrings__Annotation)."
        );

    /// <summary>The root of the artifact store, shared with the workers.</summary>
    /// <exception cref="InvalidOperationException">It is missing.</exception>
    public static string RequireArtifacts(this IConfiguration configuration) =>
        configuration["Annotation:Artifacts"]
        ?? throw new InvalidOperationException(
            "The artifact folder is missing; set Annotation:Artifacts (environment Annotation__Artifacts)."
        );

    /// <summary>The file with the first admin's credentials; null prints the password once in the log.</summary>
    public static string? AdminFile(this IConfiguration configuration) => configuration["Annotation:AdminFile"];
}
