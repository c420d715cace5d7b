using System.Formats.Tar;
using System.Text.Json.Nodes;
using Annotation.Domain.Runs;
using Annotation.Jobs.Execution;
using Annotation.Jobs.Models;
using Annotation.Learning.Text;

namespace Annotation.Jobs.Imports;

/// <summary>
/// Takes in a model folder that was uploaded into the run's incoming folder, as files or as one .tar: reads all of it,
/// and only then stores and registers it. What cannot be used leaves nothing behind.
/// </summary>
public sealed class ImportModel : IRunWork
{
    public RunKind Kind => RunKind.Import;

    public async Task<RunOutput> DoAsync(RunContext context, CancellationToken stop)
    {
        var incoming = context.Store.IncomingFolder(context.Run.Id);
        var staging = context.StagingFolder();
        try
        {
            await UnpackAsync(incoming, staging, stop);
            var folder = FindModel(staging);
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
                BaseModelId: null,
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

    /// <summary>The folder with config.json: the root, or the one folder that a tar of a folder holds.</summary>
    private static string FindModel(string staging)
    {
        var configs = Directory.EnumerateFiles(staging, "config.json", SearchOption.AllDirectories).ToList();
        var shortest = configs.Select(c => Path.GetDirectoryName(c)!).OrderBy(c => c.Length).FirstOrDefault();
        return shortest
            ?? throw new RunFailedException(
                "config.json: the upload has no such file; a model folder holds config.json, *.safetensors and the tokenizer's files."
            );
    }

    private static async Task<ModelFolder> CheckAsync(RunContext context, string folder, CancellationToken stop)
    {
        try
        {
            return await context.ComputeAsync(() => ModelFolder.Check(folder), stop);
        }
        catch (ModelFolderException e)
        {
            // The worker's own folders mean nothing to the person who sent the files.
            throw new RunFailedException(e.Message.Replace(folder + Path.DirectorySeparatorChar, "").Replace(folder, "The upload"));
        }
    }
}
