using System.Text.Json;

namespace Annotation.Learning.Text;

/// <summary>The JSON files of a model folder: read with errors that name the file, written indented.</summary>
internal static class ModelFolderJson
{
    internal static JsonSerializerOptions Indented { get; } = new() { WriteIndented = true };

    /// <summary>The JSON object in this file.</summary>
    /// <exception cref="ModelFolderException">The file is missing, or is not a JSON object.</exception>
    internal static JsonDocument Read(string path)
    {
        try
        {
            var document = JsonDocument.Parse(File.ReadAllBytes(path));
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            throw new ModelFolderException(path, "is not a JSON object");
        }
        catch (JsonException e)
        {
            throw new ModelFolderException(path, $"is not valid JSON: {e.Message}", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelFolderException(path, "is missing", e);
        }
    }
}
