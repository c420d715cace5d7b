using System.Globalization;
using Spectre.Console;

namespace Annotation.Cli.Terminal;

/// <summary>A table of plain text. Without a terminal it is as wide as its content, so that nothing is cut or wrapped in a file.</summary>
public sealed class TextTable
{
    private const int UnlimitedWidth = 1000;

    private readonly Table table = new() { Border = TableBorder.Simple };

    /// <summary>A table with these column heads.</summary>
    public TextTable(params IReadOnlyList<string> heads)
    {
        foreach (var head in heads)
        {
            table.AddColumn(new TableColumn(new Text(head)) { NoWrap = true });
        }
    }

    /// <summary>Adds a row; null is an empty cell.</summary>
    public void Add(params IReadOnlyList<object?> cells) =>
        table.AddRow(cells.Select(cell => (Spectre.Console.Rendering.IRenderable)new Text(Format(cell))).ToArray());

    /// <summary>Writes the table.</summary>
    public void WriteTo(TextWriter writer)
    {
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Out = new AnsiConsoleOutput(writer),
                Ansi = AnsiSupport.No,
                Interactive = InteractionSupport.No,
            }
        );
        if (writer != Console.Out || Console.IsOutputRedirected)
        {
            console.Profile.Width = UnlimitedWidth;
        }

        console.Write(table);
    }

    private static string Format(object? cell) =>
        cell switch
        {
            null => "",
            DateTimeOffset at => at.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
            double number => Numbers.Format(number),
            IEnumerable<string> words => string.Join(", ", words),
            _ => Convert.ToString(cell, CultureInfo.InvariantCulture) ?? "",
        };
}
