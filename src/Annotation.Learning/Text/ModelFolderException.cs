namespace Annotation.Learning.Text;

/// <summary>A model folder cannot be used. The message is one line: the file or folder, what in it, and what to do.</summary>
public sealed class ModelFolderException : Exception
{
    public ModelFolderException(string path, string problem, Exception? inner = null)
        : base($"{path}: {problem.ReplaceLineEndings(" ")}", inner)
    {
        Path = path;
    }

    /// <summary>The file or folder that cannot be used.</summary>
    public string Path { get; }
}
