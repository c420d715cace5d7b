using System.Text.Json.Nodes;
using Annotation.Learning.Adapters;
using Annotation.Learning.Models;
using Annotation.Learning.Models.Weights;
using Annotation.Learning.Tests.Models;
using Annotation.Learning.Tests.Training;
using Annotation.Learning.Text;
using Annotation.Learning.Training;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.Adapters;

public sealed class PeftFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("llama", "q_proj,v_proj", "base_model.model.model.layers.1.self_attn.v_proj.lora_B.weight", "32,16", 8)]
    [InlineData("gpt2", "all", "base_model.model.transformer.h.0.attn.c_attn.lora_A.weight", "32,96", 16)]
    public void Names_and_shapes_are_PEFTs(string family, string targets, string name, string sizes, int count)
    {
        using var model = Create(family, targets);
        PeftFolder.Save(model, _folder.Path, "owner/base");

        using var file = SafetensorsFile.Open(Path.Combine(_folder.Path, "adapter_model.safetensors"));
        var (inputs, outputs) = (long.Parse(sizes.Split(',')[0]), long.Parse(sizes.Split(',')[1]));
        Assert.Equal(name.Contains("lora_A", StringComparison.Ordinal) ? [4, inputs] : [outputs, 4], file.Entries[name].Shape);
        Assert.Equal(count, file.Entries.Count);
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder.Path, "adapter_config.json")))!;
        Assert.Equal("LORA", (string)config["peft_type"]!);
        Assert.Equal("CAUSAL_LM", (string)config["task_type"]!);
        Assert.Equal("owner/base", (string)config["base_model_name_or_path"]!);
        Assert.Equal((4, 6.0), ((int)config["r"]!, (double)config["lora_alpha"]!));
        Assert.Equal(family == "gpt2", (bool)config["fan_in_fan_out"]!);
        Assert.Equal(
            family == "gpt2" ? ["c_attn", "c_proj", "c_fc"] : ["q_proj", "v_proj"],
            config["target_modules"]!.AsArray().Select(t => (string)t!)
        );
    }

    [Fact]
    public void Targets_that_an_end_alone_would_not_tell_apart_are_written_in_full()
    {
        using var model = Create("gpt2", "mlp.c_proj");
        PeftFolder.Save(model, _folder.Path);
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder.Path, "adapter_config.json")))!;
        Assert.Equal(
            ["transformer.h.0.mlp.c_proj", "transformer.h.1.mlp.c_proj"],
            config["target_modules"]!.AsArray().Select(t => (string)t!)
        );
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("gpt2")]
    public void A_loaded_adapter_computes_the_same(string family)
    {
        using var scope = NewDisposeScope();
        using var model = Create(family, "all");
        PeftFolder.Save(model, _folder.Path);
        using var other = LanguageModel.Create(ToyModels.Of(family), 3, CPU);
        PeftFolder.Load(other, _folder.Path);
        var ids = tensor(new long[] { 256, 72, 105 }, device: CPU).unsqueeze(0);
        Assert.True(other.Hidden(ids).eq(model.Hidden(ids)).all().item<bool>());
        Assert.All(other.Trainable.Values, m => Assert.True(m.requires_grad));
    }

    [Theory]
    [InlineData("use_dora", "true", "field 'use_dora' is true; such adapters cannot be used")]
    [InlineData("init_lora_weights", "\"pissa\"", "field 'init_lora_weights' is \"pissa\"; merge such an adapter with PEFT")]
    [InlineData("rank_pattern", "{\"q_proj\": 8}", "field 'rank_pattern' is")]
    [InlineData("peft_type", "\"IA3\"", "field 'peft_type' is 'IA3'")]
    [InlineData(
        "r",
        "8",
        "tensor 'base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight' has shape [4, 32], but the model asks for [8, 32]"
    )]
    public void Another_kind_of_adapter_is_refused(string field, string value, string problem)
    {
        using var model = Create("llama", "q_proj");
        PeftFolder.Save(model, _folder.Path);
        var path = Path.Combine(_folder.Path, "adapter_config.json");
        var config = JsonNode.Parse(File.ReadAllText(path))!;
        config[field] = JsonNode.Parse(value);
        File.WriteAllText(path, config.ToJsonString());
        Assert.Contains(problem, Assert.Throws<ModelFolderException>(() => PeftFolder.Load(model, _folder.Path)).Message);
    }

    [Fact]
    public void Another_models_adapter_is_refused()
    {
        using var model = Create("qwen3", "all");
        PeftFolder.Save(model, _folder.Path);
        using var other = LanguageModel.Create(ToyModels.Gpt2, 3, CPU);
        Assert.Contains(
            "belongs to no projection of the model: the adapter is another model's",
            Assert.Throws<ModelFolderException>(() => PeftFolder.Load(other, _folder.Path)).Message
        );
    }

    private static LanguageModel Create(string family, string targets)
    {
        var model = LanguageModel.Create(ToyModels.Of(family), 3, CPU);
        Lora.Add(
            model,
            new MemorySettings
            {
                LoraRank = 4,
                LoraAlpha = 6,
                LoraTargets = targets,
            },
            seed: 1
        );
        using var noGrad = no_grad();
        foreach (var matrix in model.Trainable.Values)
        {
            using var values = randn(matrix.shape, device: CPU);
            matrix.copy_(values);
        }
        return model;
    }
}
