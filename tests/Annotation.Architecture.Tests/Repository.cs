using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace Annotation.Architecture.Tests;

/// <summary>The checkout that these tests were built from, read as files.</summary>
internal static class Repository
{
    /// <summary>Its root folder.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Names of the projects under src.</summary>
    public static IReadOnlyList<string> Rooms { get; } =
    [.. Directory.GetDirectories(Path.Combine(Root, "src")).Select(folder => Path.GetFileName(folder)).Order()];

    /// <summary>All hand-written C# and Razor files below a folder; generated ones (migrations, build output) are left out.</summary>
    public static IEnumerable<string> SourceFiles(string folder) =>
        Directory
            .EnumerateFiles(Path.Combine(Root, folder), "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".cs" or ".razor")
            .Where(file => !Relative(file).Split('/').Any(part => part is "obj" or "bin" or "Migrations"));

    /// <summary>A path as it is written in messages.</summary>
    public static string Relative(string file) => Path.GetRelativePath(Root, file);

    /// <summary>A project's file.</summary>
    public static XDocument Project(string path) => XDocument.Load(Path.Combine(Root, path));

    /// <summary>Every project file.</summary>
    public static IEnumerable<string> ProjectFiles() =>
        ((string[])["src", "tests"])
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.csproj", SearchOption.AllDirectories))
            .Select(Relative)
            .Order();

    /// <summary>Opens a room's built assembly; the caller disposes it.</summary>
    public static PEReader Assembly(string room)
    {
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)).Split('_')[0];
        var outputs = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", ".."));
        var name = room == "Annotation.Cli" ? "annotation.dll" : room + ".dll";
        string[] places =
        [
            Path.Combine(outputs, room, configuration, name),
            Path.Combine(outputs, room, configuration + "_linux-x64", name),
        ];
        return new PEReader(File.OpenRead(places.First(File.Exists)));
    }

    /// <summary>The types that a room uses of another assembly, by full name.</summary>
    public static IReadOnlyList<string> TypesUsed(string room, string ofAssembly)
    {
        using var file = Assembly(room);
        var reader = file.GetMetadataReader();
        return
        [
            .. reader
                .TypeReferences.Select(reader.GetTypeReference)
                .Where(type =>
                    type.ResolutionScope.Kind == HandleKind.AssemblyReference
                    && NameOf(reader, (AssemblyReferenceHandle)type.ResolutionScope) == ofAssembly
                )
                .Select(type => $"{reader.GetString(type.Namespace)}.{reader.GetString(type.Name)}")
                .Order(),
        ];
    }

    /// <summary>The assemblies that a room refers to.</summary>
    public static IReadOnlyList<string> AssembliesUsed(string room)
    {
        using var file = Assembly(room);
        var reader = file.GetMetadataReader();
        return [.. reader.AssemblyReferences.Select(handle => NameOf(reader, handle)).Order()];
    }

    /// <summary>Names of the types that people wrote in a room.</summary>
    public static IReadOnlyList<string> TypesDefined(string room)
    {
        using var file = Assembly(room);
        var reader = file.GetMetadataReader();
        return
        [
            .. reader
                .TypeDefinitions.Select(reader.GetTypeDefinition)
                .Select(type => reader.GetString(type.Name).Split('`')[0])
                .Where(name => !name.Contains('<', StringComparison.Ordinal)),
        ];
    }

    private static string NameOf(MetadataReader reader, AssemblyReferenceHandle handle) =>
        reader.GetString(reader.GetAssemblyReference(handle).Name);

    private static string FindRoot()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "Annotation.sln")))
        {
            at = at.Parent ?? throw new DirectoryNotFoundException("Annotation.sln is not above the tests.");
        }

        return at.FullName;
    }
}
