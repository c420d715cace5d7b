using System.CommandLine;
using Annotation.Cli.Projects;
using Annotation.Cli.Runs;
using Annotation.Cli.Terminal;
using Annotation.Client.Contracts;

namespace Annotation.Cli.Models;

/// <summary>`models`: import, export, list, show, promote.</summary>
public static class ModelVerbs
{
    /// <summary>The verb with its parts.</summary>
    public static Command Create() =>
        new("models", "Models: folders in and out, lineage, promotion") { Import(), Export(), List(), Show(), Promote() };

    private static Command Import()
    {
        var folder = new Argument<DirectoryInfo?>("DIR")
        {
            Description = "Folder with config.json, *.safetensors and tokenizer files",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var hub = new Option<string?>("--hub")
        {
            Description = "Instead of DIR: a model of the Hugging Face hub (HF_ENDPOINT, HF_TOKEN)",
            HelpName = "OWNER/NAME",
        };
        var name = new Option<string>("--name")
        {
            Description = "The model's name here",
            Required = true,
            HelpName = "N",
        };
        var start = new Option<string?>("--base")
        {
            Description = "DIR is a PEFT adapter of this model (adapter_config.json, adapter_model.safetensors); it is merged",
            HelpName = "B",
        };
        var verb = new Command("import", "Import a model folder, or an adapter's") { folder, hub, name, start };
        verb.Validators.Add(result =>
        {
            if (result.GetResult(folder) is { Tokens.Count: > 0 } == result.GetResult(hub) is { Implicit: false })
            {
                result.AddError("Name either a folder or --hub OWNER/NAME.");
            }
            if (result.GetResult(start) is { Implicit: false } && result.GetResult(hub) is { Implicit: false })
            {
                result.AddError("--base goes with an adapter's folder, not with --hub.");
            }
        });
        return verb.Does(
            async (invocation, cancellation) =>
            {
                using var client = invocation.Connect();
                using var downloaded = invocation.Value(hub) is { } model
                    ? await HubFolder.DownloadAsync(model, invocation.Note, cancellation)
                    : null;
                var run = await client.Models.ImportAsync(
                    downloaded?.Path ?? invocation.Value(folder)!.FullName,
                    invocation.Value(name),
                    invocation.Value(start),
                    cancellation
                );
                run = await new RunWatch(client.Runs, invocation).WaitAsync(run, cancellation);
                RunWatch.RequireCompleted(run);
                downloaded?.Finish();
                var row = await client.Models.ShowAsync(run.OutputModel ?? invocation.Value(name), cancellation);
                invocation.Write(row, writer => Describe(writer, row));
            }
        );
    }

    private static Command Export()
    {
        var name = new Argument<string>("N") { Description = "The model's name or id" };
        var folder = new Option<DirectoryInfo>("--out")
        {
            Description = "A new folder",
            Required = true,
            HelpName = "DIR",
        };
        var adapter = new Option<bool>("--adapter") { Description = "Only the adapter that it was trained with, as PEFT keeps it" };
        return new Command("export", "Write a model's files into a folder") { name, folder, adapter }.Does(
            async (invocation, cancellation) =>
            {
                using var client = invocation.Connect();
                var target = invocation.Value(folder).FullName;
                var files = await client.Models.ExportAsync(invocation.Value(name), target, invocation.Value(adapter), cancellation);
                invocation.Write(new { folder = target, files }, writer => writer.WriteLine($"{target}: {string.Join(", ", files)}"));
            }
        );
    }

    private static Command List() =>
        new Command("list", "List models").Does(
            async (invocation, cancellation) =>
            {
                using var client = invocation.Connect();
                var models = await client.Models.ListAsync(cancellation);
                var table = new TextTable("Model", "Kind", "Architecture", "Parameters", "Base", "Run", "Promoted in", "Created");
                foreach (var m in models)
                {
                    table.Add(m.Name, m.Kind, m.Architecture, m.ParameterCount, m.BaseModel, m.RunNumber, m.PromotedIn, m.CreatedAt);
                }

                invocation.Write(models, table.WriteTo);
            }
        );

    private static Command Show()
    {
        var name = new Argument<string>("N") { Description = "The model's name or id" };
        return new Command("show", "Show a model with its lineage") { name }.Does(
            async (invocation, cancellation) =>
            {
                using var client = invocation.Connect();
                var model = await client.Models.ShowAsync(invocation.Value(name), cancellation);
                invocation.Write(model, writer => Describe(writer, model));
            }
        );
    }

    private static Command Promote()
    {
        var name = new Argument<string>("N") { Description = "The policy's name or id" };
        var project = ProjectOption.Optional();
        return new Command("promote", "Let a policy write the project's completions from now on") { name, project }.Does(
            async (invocation, cancellation) =>
            {
                using var client = invocation.Connect();
                var model = await client.Models.PromoteAsync(invocation.Value(name), invocation.Value(project), cancellation);
                invocation.Write(model, writer => writer.WriteLine($"{model.Name} is promoted in {string.Join(", ", model.PromotedIn)}"));
            }
        );
    }

    private static void Describe(TextWriter writer, ModelRow m)
    {
        FactList.Write(
            writer,
            ("name", m.Name),
            ("id", m.Id),
            ("kind", m.Kind),
            ("architecture", m.Architecture),
            ("parameters", m.ParameterCount),
            ("SHA-256", m.Sha256),
            ("base model", m.BaseModel),
            ("reward model", m.RewardModel),
            ("run", m.RunNumber),
            ("project", m.Project),
            ("preference set", m.PreferenceSetHash),
            ("criteria", m.Criteria),
            ("promoted in", m.PromotedIn),
            ("created", m.CreatedAt)
        );
        if (m.Details is { } details)
        {
            RunResult.Write(writer, details);
        }
    }
}
