using System.Text.Json;
using Annotation.Domain.Prompts;

namespace Annotation.Domain.Preferences.Formats;

/// <summary>
/// One way of writing prompts, demonstrations or rankings as JSON, a document per row. A format implements the readers and writers
/// that it can; see README.md.
/// </summary>
public abstract class Format
{
    /// <summary>What people type after <c>--format</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Every format there is.</summary>
    public static IReadOnlyList<Format> All { get; } =
    [
        new HhRlhfFormat(),
        new TrlFormat(),
        new OasstFormat(),
        new RankingsFormat(),
        new JsonlFormat(),
        new OpenRlhfFormat(),
        new KtoFormat(),
        new PandaLmFormat(),
        new TuluFormat(),
        new MtBenchFormat(),
        new LlmBarFormat(),
        new OpenAiSummarizeFormat(),
        new AlpacaFormat(),
    ];

    /// <summary>The format of that name as a reader or writer of the wanted kind, or a refusal that lists those there are.</summary>
    public static Outcome<T> Find<T>(string name, string what)
        where T : class
    {
        var able = All.Where(f => f is T).ToList();
        return able.SingleOrDefault(f => f.Name == name) is T found
            ? found
            : new Refusal(
                "unknown-format",
                $"Unknown format '{name}' for {what}; use one of {string.Join(", ", able.Select(f => f.Name))}."
            );
    }
}

/// <summary>A format that rankings can be read from.</summary>
public interface IRankingReader
{
    /// <summary>The rankings of one line; throws <see cref="ImportFaultException"/> when the line is wrong.</summary>
    IEnumerable<ReadRanking> ReadRankings(JsonElement line);
}

/// <summary>A format that prompts can be read from.</summary>
public interface IPromptReader
{
    /// <summary>The prompts of one line; throws <see cref="ImportFaultException"/> when the line is wrong.</summary>
    IEnumerable<IReadOnlyList<PromptMessage>> ReadPrompts(JsonElement line);
}

/// <summary>A format that demonstrations can be read from.</summary>
public interface IDemonstrationReader
{
    /// <summary>The demonstrations of one line; throws <see cref="ImportFaultException"/> when the line is wrong.</summary>
    IEnumerable<DemonstrationContent> ReadDemonstrations(JsonElement line);
}

/// <summary>A format that rankings can be written in.</summary>
public interface IRankingWriter
{
    /// <summary>Whether the format can say answers that rank nothing.</summary>
    bool WritesAnswers => false;

    /// <summary>The lines of one ranking, without line ends; none when the format cannot say it.</summary>
    IEnumerable<string> WriteRanking(ReadRanking ranking);
}

/// <summary>A format that demonstrations can be written in.</summary>
public interface IDemonstrationWriter
{
    /// <summary>The line of one demonstration, without line end.</summary>
    string WriteDemonstration(DemonstrationContent demonstration);
}

/// <summary>A demonstration as files hold it.</summary>
public sealed record DemonstrationContent(IReadOnlyList<PromptMessage> Prompt, string Completion);
