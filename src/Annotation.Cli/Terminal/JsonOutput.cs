using System.Text.Encodings.Web;
using System.Text.Json;

namespace Annotation.Cli.Terminal;

/// <summary>How the command writes JSON: the API's own names, indented, text readable.</summary>
public static class JsonOutput
{
    /// <summary>Options of every JSON document that the command reads or writes.</summary>
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
