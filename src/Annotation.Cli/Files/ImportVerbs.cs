using System.CommandLine;
using Annotation.Cli.Projects;
using Annotation.Cli.Terminal;
using Annotation.Client.Contracts;

namespace Annotation.Cli.Files;

/// <summary>
/// `import prompts|demonstrations|preferences|tasks`: every row lands or is reported with its line. Real files have a few bad rows, so those are no
/// failure; a file that cannot be read to its end, or of which no row can be taken, is one, and leaves nothing behind.
/// </summary>
public static class ImportVerbs
{
    private const int MostReportedRows = 50;

    /// <summary>The verb with its parts.</summary>
    public static Command Create() =>
        new("import", "Import files into a project") { Of("prompts"), Of("demonstrations"), Of("preferences"), Of("tasks") };

    private static Command Of(string kind)
    {
        var project = ProjectOption.Required();
        var format = new Option<string>("--format")
        {
            Description = "hh-rlhf, trl, oasst, rankings, pandalm, tulu, mt-bench, llmbar, openai-summarize, alpaca or jsonl",
            Required = true,
            HelpName = "F",
        };
        var files = new Argument<FileInfo[]>("FILE")
        {
            Description = "Files; a name ending in .gz is unpacked",
            Arity = ArgumentArity.OneOrMore,
        };
        var what = kind == "tasks" ? "Make tasks of the completions that a file judges" : $"Import {kind}";
        return new Command(kind, what) { project, format, files }.Does(
            async (invocation, cancellation) =>
            {
                using var client = invocation.Connect();
                var reports = new List<ImportedFile>();
                foreach (var file in invocation.Value(files))
                {
                    await using var bytes = InputFile.Open(file);
                    var report = await client.Files.ImportAsync(
                        invocation.Value(project),
                        kind,
                        invocation.Value(format),
                        file.Name,
                        bytes,
                        cancellation
                    );
                    reports.Add(new ImportedFile(file.ToString(), report.Landed, report.Repeated, report.Rejected));
                    foreach (var row in report.Rejected.Take(MostReportedRows))
                    {
                        invocation.Note($"{file}:{row.Line}: {row.Reason}");
                    }

                    if (report.Rejected.Count > MostReportedRows)
                    {
                        invocation.Note($"{file}: {report.Rejected.Count - MostReportedRows} more rows were not taken; --json lists all.");
                    }
                }

                invocation.Write(
                    new
                    {
                        landed = reports.Sum(r => r.Landed),
                        repeated = reports.Sum(r => r.Repeated),
                        rejected = reports.Sum(r => r.Rejected.Count),
                        files = reports,
                    },
                    writer =>
                    {
                        foreach (var report in reports)
                        {
                            writer.WriteLine(
                                $"{report.File}: {report.Landed} landed, {report.Repeated} were there already, {report.Rejected.Count} rejected"
                            );
                        }
                    }
                );
            }
        );
    }

    private sealed record ImportedFile(string File, int Landed, int Repeated, IReadOnlyList<RejectedRow> Rejected);
}
