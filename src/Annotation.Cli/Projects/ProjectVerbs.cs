using System.CommandLine;
using System.Globalization;
using Annotation.Cli.Terminal;
using Annotation.Client.Contracts;

namespace Annotation.Cli.Projects;

/// <summary>`projects`: create, list, show, questionnaire.</summary>
public static class ProjectVerbs
{
    /// <summary>The verb with its parts.</summary>
    public static Command Create() => new("projects", "Projects") { CreateProject(), List(), Show(), QuestionnaireVerbs.Create() };

    private static Command CreateProject()
    {
        var name = new Argument<string>("NAME");
        var description = new Option<string?>("--description");
        var guideline = new Option<FileInfo?>("--guideline") { Description = "File with the labelers' guideline, Markdown" };
        var criteria = new Option<string[]>("--criterion")
        {
            Description = "A criterion beside `overall`: key or key=weight; may be repeated",
            HelpName = "KEY[=WEIGHT]",
        };
        criteria.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => ReadCriterion(token.Value) is null))
            {
                result.AddError($"--criterion {token.Value}: write key or key=weight, for instance truthfulness=0.5.");
            }
        });
        var completions = new Option<int?>("--completions") { Description = "Completions per ranking task, 2 to 9" };
        var judgements = new Option<int?>("--judgements") { Description = "Judgements per task" };
        var language = new Option<string?>("--language") { Description = "Language of the prompts, such as en or pt-BR" };
        var verb = new Command("create", "Create a project") { name, description, guideline, criteria, completions, judgements, language };
        return verb.Does(
            async (invocation, cancellation) =>
            {
                var keys = invocation.Value(criteria) ?? [];
                var request = new CreateProjectRequest(
                    invocation.Value(name),
                    invocation.Value(description),
                    await ReadGuidelineAsync(invocation.Value(guideline), cancellation),
                    keys.Length == 0 ? null : [.. keys.Select(key => ReadCriterion(key)!)],
                    invocation.Value(completions),
                    invocation.Value(judgements),
                    Language: invocation.Value(language)
                );
                using var client = invocation.Connect();
                var project = await client.Projects.CreateAsync(request, cancellation);
                invocation.Write(project, writer => writer.WriteLine($"Created project {project.Name} ({project.Id})"));
            }
        );
    }

    private static Command List() =>
        new Command("list", "List projects").Does(
            async (invocation, cancellation) =>
            {
                using var client = invocation.Connect();
                var projects = await client.Projects.ListAsync(cancellation);
                var table = new TextTable(
                    "Project",
                    "Prompts",
                    "Completions",
                    "Demonstrations",
                    "Rankings",
                    "Open tasks",
                    "Promoted model"
                );
                foreach (var p in projects)
                {
                    table.Add(
                        p.Name,
                        p.PromptCount,
                        p.CompletionCount,
                        p.DemonstrationCount,
                        p.RankingCount,
                        p.OpenTaskCount,
                        p.PromotedModel
                    );
                }

                invocation.Write(projects, table.WriteTo);
            }
        );

    private static Command Show()
    {
        var project = new Argument<string>("P") { Description = "The project's name or id" };
        return new Command("show", "Show a project") { project }.Does(
            async (invocation, cancellation) =>
            {
                using var client = invocation.Connect();
                var p = await client.Projects.ShowAsync(invocation.Value(project), cancellation);
                invocation.Write(
                    p,
                    writer =>
                    {
                        FactList.Write(
                            writer,
                            ("name", p.Name),
                            ("id", p.Id),
                            ("description", p.Description),
                            ("guideline version", p.GuidelineVersion),
                            ("completions per task", p.CompletionsPerTask),
                            ("judgements per task", p.JudgementsPerTask),
                            ("questionnaire version", p.QuestionnaireVersion),
                            ("language", p.Language),
                            ("promoted model", p.PromotedModel),
                            ("prompts", p.PromptCount),
                            ("completions", p.CompletionCount),
                            ("demonstrations", p.DemonstrationCount),
                            ("rankings", p.RankingCount),
                            ("open tasks", p.OpenTaskCount),
                            ("created", p.CreatedAt)
                        );
                        var table = new TextTable("Criterion", "Name", "Weight", "Guideline");
                        foreach (var criterion in p.Criteria)
                        {
                            table.Add(criterion.Key, criterion.Name, criterion.Weight, criterion.Guideline);
                        }

                        table.WriteTo(writer);
                    }
                );
            }
        );
    }

    private static CriterionRow? ReadCriterion(string text)
    {
        var parts = text.Split('=', 2);
        double weight = 0;
        return
            parts[0].Length == 0
            || (parts.Length == 2 && !double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out weight))
            ? null
            : new CriterionRow(parts[0], char.ToUpperInvariant(parts[0][0]) + parts[0][1..], "", weight);
    }

    private static async Task<string?> ReadGuidelineAsync(FileInfo? file, CancellationToken cancellation) =>
        file is null ? null : await InputFile.ReadTextAsync(file, cancellation);
}
