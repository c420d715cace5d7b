using System.CommandLine;
using System.Text.Json;
using Annotation.Cli.Terminal;
using Annotation.Client.Contracts;

namespace Annotation.Cli.Projects;

/// <summary>`projects questionnaire`: show, set, versions. What `show --json` prints, `set` reads.</summary>
public static class QuestionnaireVerbs
{
    private static readonly JsonSerializerOptions File = new(JsonSerializerDefaults.Web)
    {
        AllowOutOfOrderMetadataProperties = true,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>The verb with its parts.</summary>
    public static Command Create() => new("questionnaire", "What labelers of a project are asked") { Show(), Set(), Versions() };

    private static Command Show()
    {
        var project = new Argument<string>("P") { Description = "The project's name or id" };
        var version = new Option<int?>("--version") { Description = "An earlier version; 0 is made of the criteria", HelpName = "N" };
        return new Command("show", "Show the questions; --json prints what `set` reads") { project, version }.Does(
            async (invocation, cancellation) =>
            {
                using var client = invocation.Connect();
                var shown = await client.Projects.ShowQuestionnaireAsync(
                    invocation.Value(project),
                    invocation.Value(version),
                    cancellation
                );
                Write(invocation, shown);
            }
        );
    }

    private static Command Set()
    {
        var project = new Argument<string>("P") { Description = "The project's name or id" };
        var file = new Argument<FileInfo>("FILE") { Description = "JSON: a list of questions, or what `show --json` prints" };
        var basedOn = new Option<int?>("--based-on")
        {
            Description = "Refuse when a newer version than this was saved meanwhile",
            HelpName = "N",
        };
        return new Command("set", "Save a new version of the questions") { project, file, basedOn }.Does(
            async (invocation, cancellation) =>
            {
                var questions = Read(await InputFile.ReadTextAsync(invocation.Value(file), cancellation), invocation.Value(file));
                using var client = invocation.Connect();
                var request = new SaveQuestionnaireRequest(questions, invocation.Value(basedOn));
                Write(invocation, await client.Projects.SaveQuestionnaireAsync(invocation.Value(project), request, cancellation));
            }
        );
    }

    private static Command Versions()
    {
        var project = new Argument<string>("P") { Description = "The project's name or id" };
        return new Command("versions", "List the saved versions") { project }.Does(
            async (invocation, cancellation) =>
            {
                using var client = invocation.Connect();
                var versions = await client.Projects.ListQuestionnairesAsync(invocation.Value(project), cancellation);
                var table = new TextTable("Version", "Questions", "Answers", "Saved", "By");
                foreach (var version in versions)
                {
                    table.Add(version.Version, version.QuestionCount, version.AnswerCount, version.CreatedAt, version.By);
                }

                invocation.Write(versions, table.WriteTo);
            }
        );
    }

    private static void Write(Invocation invocation, QuestionnaireRow questionnaire)
    {
        var table = new TextTable("Key", "Question", "What labelers read", "Required");
        foreach (var question in questionnaire.Questions)
        {
            table.Add(
                question.Key,
                question.GetType().Name.Replace("QuestionRow", "", StringComparison.Ordinal),
                question.Name,
                question.Required ? "yes" : "no"
            );
        }

        invocation.Write(
            questionnaire,
            writer =>
            {
                writer.WriteLine($"Version {questionnaire.Version}");
                table.WriteTo(writer);
            }
        );
    }

    private static IReadOnlyList<QuestionRow> Read(string text, FileInfo file)
    {
        try
        {
            return text.TrimStart().StartsWith('[')
                ? JsonSerializer.Deserialize<List<QuestionRow>>(text, File)!
                : JsonSerializer.Deserialize<QuestionnaireRow>(text, File)!.Questions;
        }
        catch (Exception failure) when (failure is JsonException or NotSupportedException)
        {
            throw new CommandFailedException($"{file} is no questionnaire: {failure.Message.ReplaceLineEndings(" ")}");
        }
    }
}
