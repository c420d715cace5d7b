namespace Annotation.Learning.Tests.Training;

/// <summary>A folder of its own that goes away with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("annotation-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
