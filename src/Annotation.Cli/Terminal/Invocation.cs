using System.CommandLine;
using System.Text.Json;
using Annotation.Cli.Up;
using Annotation.Client;

namespace Annotation.Cli.Terminal;

/// <summary>One call of a verb: its arguments, the server that it speaks to, and where its result goes.</summary>
public sealed class Invocation(ParseResult arguments, TextWriter output, TextWriter errors, TimeProvider time)
{
    /// <summary>Prints one JSON document instead of text.</summary>
    public static readonly Option<bool> Json = new("--json") { Description = "Print one JSON document and nothing else", Recursive = true };

    /// <summary>The server's address.</summary>
    public static readonly Option<string?> Server = new("--server")
    {
        Description = "Address of the server (default: ANNOTATION_SERVER, else the last local `up`)",
        Recursive = true,
        HelpName = "URL",
    };

    /// <summary>The API token.</summary>
    public static readonly Option<string?> Token = new("--token")
    {
        Description = "API token (default: ANNOTATION_TOKEN, else the last local `up`'s)",
        Recursive = true,
        HelpName = "TOKEN",
    };

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>Whether the result is one JSON document.</summary>
    public bool IsJson => arguments.GetValue(Json);

    /// <summary>An option's value.</summary>
    public T Value<T>(Option<T> option) => arguments.GetValue(option)!;

    /// <summary>An argument's value.</summary>
    public T Value<T>(Argument<T> argument) => arguments.GetValue(argument)!;

    /// <summary>Connects to the server that the caller named, or the last local one.</summary>
    /// <exception cref="CommandFailedException">None is known.</exception>
    public AnnotationClient Connect()
    {
        var server = arguments.GetValue(Server) ?? FromEnvironment("ANNOTATION_SERVER");
        var token = arguments.GetValue(Token) ?? FromEnvironment("ANNOTATION_TOKEN");
        if (server is null || token is null)
        {
            var last = LastPlatform.Recall();
            // The local token is for the local server only.
            token ??= server is null || server.TrimEnd('/') == last?.Server ? last?.Token : null;
            server ??= last?.Server;
        }

        return server is null
            ? throw new CommandFailedException("No server is known: start one with `annotation up`, or name one with --server and --token.")
            : new AnnotationClient(server, token);
    }

    /// <summary>Writes the verb's result: the JSON document, or the text.</summary>
    public void Write<T>(T document, Action<TextWriter> text)
    {
        if (IsJson)
        {
            output.WriteLine(JsonSerializer.Serialize(document, JsonOutput.Options));
        }
        else
        {
            text(output);
        }

        output.Flush();
    }

    /// <summary>Writes a part of a text while it comes about. A JSON document is written whole, at the end.</summary>
    public void WritePart(string text)
    {
        if (!IsJson)
        {
            output.Write(text);
            output.Flush();
        }
    }

    /// <summary>Says something on the way, beside the result.</summary>
    public void Note(string sentence) => errors.WriteLine(sentence);

    private static string? FromEnvironment(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
