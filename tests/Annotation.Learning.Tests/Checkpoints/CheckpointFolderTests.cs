using Annotation.Learning.Checkpoints;
using Annotation.Learning.Sft;
using Annotation.Learning.Training;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.Checkpoints;

public sealed class CheckpointFolderTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("annotation-test-");
    private readonly List<string> _warnings = [];
    private readonly CheckpointFolder _folder;
    private readonly SftSettings _settings = new() { LearningRate = 0.25 };
    private readonly Dictionary<string, double> _metrics = new() { ["loss"] = 0.5, ["broken"] = double.NaN };

    public CheckpointFolderTests() => _folder = new CheckpointFolder(Path.Combine(_root.FullName, "run"), _warnings.Add);

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public void The_latest_of_the_last_two_comes_back_as_it_was_saved()
    {
        Assert.Null(_folder.Latest<State>(_settings));
        foreach (var step in new[] { 5, 10, 100 })
        {
            Save(step);
        }

        using var latest = _folder.Latest<State>(_settings);
        Assert.NotNull(latest);
        Assert.Equal(100, latest.Step);
        Assert.Equal(new State(0.1 + 100, "100"), latest.State);
        Assert.Equal([100f, -1.5f], latest.Tensors["w"].data<float>().ToArray());
        Assert.Equal(new Dictionary<string, double> { ["loss"] = 0.5 }, latest.Metrics);
        Assert.Equal([100L], latest.Tensors["n"].data<long>().ToArray());
        Assert.Equal(
            ["step-0000000010", "step-0000000100"],
            Directory.GetDirectories(_folder.Path).Select(d => Path.GetFileName(d)).Order()
        );
        Assert.Empty(_warnings);
    }

    [Theory]
    [InlineData("tensors.safetensors", "cut")]
    [InlineData("tensors.safetensors", "changed")]
    [InlineData("tensors.safetensors", "gone")]
    [InlineData("state.json", "cut")]
    [InlineData("state.json", "gone")]
    public void A_torn_one_is_left_out_with_a_warning(string file, string how)
    {
        Save(1);
        Save(2);
        var path = Path.Combine(_folder.Path, "step-0000000002", file);
        var bytes = File.ReadAllBytes(path);
        switch (how)
        {
            case "cut":
                File.WriteAllBytes(path, bytes[..^3]);
                break;
            case "changed":
                bytes[^1] ^= 1;
                File.WriteAllBytes(path, bytes);
                break;
            default:
                File.Delete(path);
                break;
        }

        using var latest = _folder.Latest<State>(_settings);
        Assert.Equal(1, latest!.Step);
        Assert.Contains("step-0000000002 is not whole", Assert.Single(_warnings), StringComparison.Ordinal);

        // The torn one does not take the place of a whole one.
        Save(2);
        Assert.Equal(
            ["step-0000000001", "step-0000000002"],
            Directory.GetDirectories(_folder.Path).Select(d => Path.GetFileName(d)).Order()
        );
    }

    [Fact]
    public void One_of_other_settings_is_refused_by_the_settings_name()
    {
        Save(1);
        var fault = Assert.Throws<InvalidSettingException>(() => _folder.Latest<State>(_settings with { LearningRate = 0.5 }));
        Assert.StartsWith("LearningRate: it is 0.5, but checkpoint ", fault.Message, StringComparison.Ordinal);
        Assert.EndsWith("was made with 0.25: start a new run.", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_was_being_written_when_the_process_died_is_cleaned_up()
    {
        Save(1);
        Directory.CreateDirectory(Path.Combine(_folder.Path, "unfinished-x"));
        Assert.Equal(1, _folder.Latest<State>(_settings)!.Step);
        Save(2);
        Assert.Equal(2, Directory.GetDirectories(_folder.Path).Length);
    }

    [Fact]
    public void Parts_of_a_run_have_folders_of_their_own()
    {
        _folder.Inner("value").Save(3, [], new State(1, "inner"), _settings, _metrics);
        Save(7);
        Assert.Equal(3, _folder.Inner("value").Latest<State>(_settings)!.Step);
        Assert.Equal(7, _folder.Latest<State>(_settings)!.Step);
    }

    private void Save(int step)
    {
        using var scope = NewDisposeScope();
        var tensors = new KeyValuePair<string, Tensor>[] { new("w", tensor(new[] { step, -1.5f })), new("n", tensor(new long[] { step })) };
        _folder.Save(step, tensors, new State(0.1 + step, $"{step}"), _settings, _metrics);
    }

    private sealed record State(double Loss, string Name);
}
