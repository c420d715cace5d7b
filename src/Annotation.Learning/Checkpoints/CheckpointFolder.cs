using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Annotation.Learning.Models.Weights;
using Annotation.Learning.Text;
using Annotation.Learning.Training;
using static TorchSharp.torch;

namespace Annotation.Learning.Checkpoints;

/// <summary>
/// The checkpoints of one run: tensors, counters, settings and metrics. Where random numbers and data stand needs no room, because both are
/// functions of the seed and the step. Each is a folder of its own, complete the moment it has its name: it is written under another name,
/// flushed to the disk and renamed. The last two are kept.
/// </summary>
/// <param name="path">The folder; made when the first checkpoint is saved.</param>
/// <param name="warn">Told in one line of each checkpoint that cannot be used.</param>
public sealed class CheckpointFolder(string path, Action<string>? warn = null)
{
    private const int Kept = 2;
    private const string Prefix = "step-";
    private const string Unfinished = "unfinished-";
    private const string Torn = "torn-";
    private const string TensorsName = "tensors.safetensors";
    private const string StateName = "state.json";

    /// <summary>Where the checkpoints are.</summary>
    public string Path => path;

    /// <summary>The checkpoints of a part of the run, in a folder inside this one.</summary>
    public CheckpointFolder Inner(string name) => new(System.IO.Path.Combine(path, name), warn);

    /// <summary>Saves a checkpoint, and removes the ones older than the one before it.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="tensors">Weights, optimizer moments and the like, by name.</param>
    /// <param name="state">Everything else that the run must have to go on.</param>
    /// <param name="settings">The settings record of the run.</param>
    /// <param name="metrics">Of that step.</param>
    public void Save<T>(
        int step,
        IReadOnlyList<KeyValuePair<string, Tensor>> tensors,
        T state,
        object settings,
        IReadOnlyDictionary<string, double> metrics
    )
    {
        Directory.CreateDirectory(path);
        Remove(Unfinished);
        Remove(Torn);
        var temporary = System.IO.Path.Combine(path, Unfinished + System.IO.Path.GetRandomFileName());
        Directory.CreateDirectory(temporary);
        var tensorsPath = System.IO.Path.Combine(temporary, TensorsName);
        SafetensorsWriter.Write(tensorsPath, tensors);
        WriteState(
            System.IO.Path.Combine(temporary, StateName),
            new Document<T>(
                step,
                Hash(tensorsPath),
                state,
                NamedSettings.Values(settings),
                metrics.Where(m => double.IsFinite(m.Value)).ToDictionary()
            )
        );
        FolderSync.Flush(temporary);

        var final = System.IO.Path.Combine(path, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{step:D10}"));
        if (Directory.Exists(final))
        {
            Directory.Delete(final, recursive: true);
        }

        Directory.Move(temporary, final);
        FolderSync.Flush(path);
        foreach (var old in NewestFirst().Skip(Kept))
        {
            Directory.Delete(old, recursive: true);
        }
    }

    /// <summary>The newest checkpoint that is whole, or null; torn ones are put aside. The caller disposes it.</summary>
    /// <param name="settings">The settings record of the run that goes on from it.</param>
    /// <exception cref="InvalidSettingException">It was made with another value of a setting.</exception>
    public Checkpoint<T>? Latest<T>(object settings)
    {
        foreach (var folder in NewestFirst())
        {
            try
            {
                return Read<T>(folder, settings);
            }
            catch (Exception e) when (e is ModelFolderException or JsonException or IOException)
            {
                warn?.Invoke($"Checkpoint {folder} is not whole and is left out: {e.Message.ReplaceLineEndings(" ")}");
                // So that it does not count as one of the kept.
                Directory.Move(folder, System.IO.Path.Combine(path, Torn + System.IO.Path.GetRandomFileName()));
            }
        }

        return null;
    }

    private static Checkpoint<T> Read<T>(string folder, object settings)
    {
        var (tensorsPath, statePath) = (System.IO.Path.Combine(folder, TensorsName), System.IO.Path.Combine(folder, StateName));
        var document =
            JsonSerializer.Deserialize<Document<T>>(File.ReadAllBytes(statePath)) ?? throw new JsonException($"{statePath} is empty");
        if (Hash(tensorsPath) != document.TensorsSha256)
        {
            throw new IOException($"{tensorsPath} is not what was saved.");
        }

        CheckSettings(folder, document.Settings, NamedSettings.Values(settings));
        using var file = SafetensorsFile.Open(tensorsPath);
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var name in file.Entries.Keys)
        {
            tensors[name] = file.Read(name).DetachFromDisposeScope();
        }

        return new Checkpoint<T>(document.Step, tensors, document.State, document.Metrics ?? []);
    }

    // A run that went on with other settings would be neither the one nor the other.
    private static void CheckSettings(string folder, Dictionary<string, string>? saved, Dictionary<string, string> asked)
    {
        foreach (var (name, value) in asked)
        {
            if (saved is not null && saved.GetValueOrDefault(name) is { } other && other != value)
            {
                throw new InvalidSettingException(name, $"it is {value}, but checkpoint {folder} was made with {other}: start a new run.");
            }
        }
    }

    private IEnumerable<string> NewestFirst() =>
        Directory.Exists(path) ? Directory.GetDirectories(path, Prefix + "*").OrderDescending(StringComparer.Ordinal) : [];

    private void Remove(string prefix)
    {
        foreach (var folder in Directory.EnumerateDirectories(path, prefix + "*"))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void WriteState<T>(string file, Document<T> document)
    {
        using var stream = File.Create(file);
        JsonSerializer.Serialize(stream, document);
        stream.Flush(flushToDisk: true);
    }

    private static string Hash(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private sealed record Document<T>(
        int Step,
        string TensorsSha256,
        T State,
        Dictionary<string, string>? Settings,
        Dictionary<string, double>? Metrics
    );
}
