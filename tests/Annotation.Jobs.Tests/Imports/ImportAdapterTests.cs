using System.Text.Json.Nodes;
using Annotation.Domain.Models;
using Annotation.Domain.Runs;
using Annotation.Jobs.Models;
using Annotation.Jobs.Tests.Workers;
using Annotation.Learning.Adapters;
using Annotation.Learning.Models;
using Annotation.Learning.Training;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Jobs.Tests.Imports;

public sealed class ImportAdapterTests(WorkerFixture fixture) : IClassFixture<WorkerFixture>
{
    [Fact]
    public async Task An_adapter_is_merged_into_the_model_that_it_belongs_to_and_kept_beside_it()
    {
        var ct = TestContext.Current.CancellationToken;
        var start = await TinyAsync();
        var run = await fixture.AddRunAsync(RunKind.Import, output: "adapted", baseModelId: start.Id);
        using var trained = WriteAdapter(await FolderAsync(start), fixture.Store.IncomingFolder(run.Id));

        run = await fixture.ExecuteAsync(run);

        Assert.Equal((RunState.Completed, null), (run.State, run.Error));
        var model = await fixture.Get<ModelShelf>().FindAsync("adapted", ModelKind.Policy, ct);
        Assert.Equal(start.Id, model.BaseModelId);
        var folder = await FolderAsync(model);
        using var merged = Lora.Merge(trained.Model);
        using var loaded = Pretrained.Load(folder, CPU);
        using var plain = Pretrained.Load(await FolderAsync(start), CPU);
        Assert.All(loaded.Model.Weights, w => Assert.True(w.Value.equal(merged.Weights[w.Key]).all().item<bool>(), w.Key));
        Assert.Contains(loaded.Model.Weights, w => !w.Value.allclose(plain.Model.Weights[w.Key]));
        Assert.True(File.Exists(Path.Combine(folder, "adapter", "adapter_model.safetensors")));
    }

    [Theory]
    [InlineData("no base", "name the model that it belongs to with --base")]
    [InlineData("a model's folder", "leave --base out for a whole model's folder")]
    [InlineData("another shape", "lora_A.weight' has shape")]
    [InlineData("dora", "field 'use_dora'")]
    public async Task What_cannot_be_merged_is_refused_and_leaves_nothing(string fault, string sentence)
    {
        var start = await TinyAsync();
        var name = "refused-" + fault.Replace(' ', '-').Replace("'", "", StringComparison.Ordinal);
        var run = await fixture.AddRunAsync(RunKind.Import, output: name, baseModelId: fault == "no base" ? null : start.Id);
        var incoming = fixture.Store.IncomingFolder(run.Id);
        if (fault == "a model's folder")
        {
            WorkerFixture.WriteToyModel(incoming);
        }
        else
        {
            WriteAdapter(await FolderAsync(start), incoming).Dispose();
            var file = Path.Combine(incoming, "adapter_config.json");
            var config = JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!;
            if (fault is "another shape")
            {
                config["r"] = 3;
            }
            if (fault is "dora")
            {
                config["use_dora"] = true;
            }
            await File.WriteAllTextAsync(file, config.ToJsonString(), TestContext.Current.CancellationToken);
        }

        run = await fixture.ExecuteAsync(run);

        Assert.Equal(RunState.Failed, run.State);
        Assert.Contains(sentence, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(fixture.Store.Root, run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(incoming));
    }

    private Task<Model> TinyAsync() => fixture.Get<ModelShelf>().FindAsync("tiny", ModelKind.Policy, TestContext.Current.CancellationToken);

    private Task<string> FolderAsync(Model model) => fixture.Get<ModelShelf>().FolderAsync(model, TestContext.Current.CancellationToken);

    /// <summary>An adapter that changes something, in PEFT's form; gives the model that has it.</summary>
    private static Pretrained WriteAdapter(string model, string folder)
    {
        var trained = TrainedModel.Load(model, CPU, new MemorySettings { LoraRank = 2 }, seed: 3);
        using var guard = no_grad();
        foreach (var matrix in trained.Model.Trainable.Values)
        {
            matrix.add_(0.05);
        }
        PeftFolder.Save(trained.Model, folder);
        return trained;
    }
}
