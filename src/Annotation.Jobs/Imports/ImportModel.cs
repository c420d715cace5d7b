using System.Formats.Tar;
using System.Text.Json.Nodes;
using Annotation.Domain.Models;
using Annotation.Domain.Runs;
using Annotation.Jobs.Execution;
using Annotation.Jobs.Models;
using Annotation.Learning.Adapters;
using Annotation.Learning.Models;
using Annotation.Learning.Text;
using static TorchSharp.torch;

namespace Annotation.Jobs.Imports;

/// <summary>
/// Takes in a model folder that was uploaded into the run's incoming folder, as files or as one .tar: reads all of it,
/// and only then stores and registers it. What cannot be used leaves nothing behind. With a base model it is an adapter's folder,
/// whose adapter is merged into that model.
/// </summary>
public sealed class ImportModel(ModelShelf shelf) : IRunWork
{
    public RunKind Kind => RunKind.Import;

    public async Task<RunOutput> DoAsync(RunContext context, CancellationToken stop)
    {
        var incoming = context.Store.IncomingFolder(context.Run.Id);
        var staging = context.StagingFolder();
        try
        {
            await UnpackAsync(incoming, staging, stop);
            var folder = context.Run.BaseModelId is { } id
                ? await MergeAsync(context, staging, await shelf.GetAsync(id, stop), stop)
                : FindModel(staging);
            var model = await CheckAsync(context, folder, stop);
            var stored = await context.Store.AddAsync(folder, stop);
            var name = context.Run.OutputName ?? $"import-{context.Run.Number}";
            var result = new JsonObject
            {
                ["model"] = name,
                ["architecture"] = model.Config.ModelType,
                ["parameters"] = model.ParameterCount,
                ["sha256"] = stored.Sha256,
                ["bytes"] = stored.ByteCount,
            };
            var made = new NewModel(
                name,
                model.Kind,
                model.Config.ModelType,
                model.ParameterCount,
                stored,
                model.Criteria,
                context.Run.BaseModelId,
                PreferenceSetId: null,
                ModelShelf.Describe(model.Config)
            );
            Directory.Delete(incoming, recursive: true);
            return new RunOutput(result, made);
        }
        catch (RunFailedException)
        {
            Directory.Delete(incoming, recursive: true);
            throw;
        }
        finally
        {
            if (Directory.Exists(staging))
            {
                Directory.Delete(staging, recursive: true);
            }
        }
    }

    /// <summary>Copies rather than moves: a worker that dies here must find the upload again.</summary>
    private static async Task UnpackAsync(string incoming, string staging, CancellationToken stop)
    {
        foreach (var file in Directory.EnumerateFiles(incoming, "*", SearchOption.AllDirectories))
        {
            if (Path.GetExtension(file) == ".tar")
            {
                try
                {
                    await TarFile.ExtractToDirectoryAsync(file, staging, overwriteFiles: false, stop);
                }
                catch (Exception e) when (e is InvalidDataException or EndOfStreamException or IOException or FormatException)
                {
                    throw new RunFailedException(
                        $"The uploaded archive cannot be read: {e.Message.ReplaceLineEndings(" ")} Send a .tar of the model folder."
                    );
                }
            }
            else
            {
                var target = Path.Combine(staging, Path.GetRelativePath(incoming, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
        }
    }

    private static string FindModel(string staging) =>
        Find(staging, "config.json")
        ?? throw new RunFailedException(
            Find(staging, "adapter_config.json") is null
                ? "config.json: the upload has no such file; a model folder holds config.json, *.safetensors and the tokenizer's files."
                : "The upload is an adapter's folder; name the model that it belongs to with --base."
        );

    /// <summary>The folder with a file of this name: the root, or the one folder that a tar of a folder holds.</summary>
    private static string? Find(string staging, string name) =>
        Directory
            .EnumerateFiles(staging, name, SearchOption.AllDirectories)
            .Select(c => Path.GetDirectoryName(c)!)
            .OrderBy(c => c.Length)
            .FirstOrDefault();

    /// <summary>Writes a folder of the base model with the uploaded adapter merged, and the adapter beside it.</summary>
    private async Task<string> MergeAsync(RunContext context, string staging, Model start, CancellationToken stop)
    {
        var adapter =
            Find(staging, "adapter_config.json")
            ?? throw new RunFailedException(
                "adapter_config.json: the upload has no such file; leave --base out for a whole model's folder."
            );
        if (start.Kind != ModelKind.Policy)
        {
            throw new RunFailedException($"Model '{start.Name}' is a reward model; adapters are imported for policies.");
        }

        var folder = await shelf.FolderAsync(start, stop);
        return await CheckedAsync(
            context,
            adapter,
            () =>
            {
                using var model = Pretrained.Load(folder, CPU);
                PeftFolder.Load(model.Model, adapter);
                return WrittenModel.Write(context, model, start.Name).Folder;
            },
            stop
        );
    }

    private static Task<ModelFolder> CheckAsync(RunContext context, string folder, CancellationToken stop) =>
        CheckedAsync(context, folder, () => ModelFolder.Check(folder), stop);

    private static async Task<T> CheckedAsync<T>(RunContext context, string folder, Func<T> read, CancellationToken stop)
    {
        try
        {
            return await context.ComputeAsync(read, stop);
        }
        catch (ModelFolderException e)
        {
            // The worker's own folders mean nothing to the person who sent the files.
            throw new RunFailedException(e.Message.Replace(folder + Path.DirectorySeparatorChar, "").Replace(folder, "The upload"));
        }
    }
}
