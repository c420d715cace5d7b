using System.Text.Json;
using Annotation.Learning.Models;
using Annotation.Learning.Models.Positions;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.Golden;

/// <summary>Whole tiny models, and the positions they are given.</summary>
internal static class TransformerOps
{
    [GoldenOp("position_ids")]
    internal static IReadOnlyDictionary<string, object?> Positions(GoldenInputs inputs)
    {
        // The trainers use the exclusive form; the other one follows from it.
        var mask = inputs.Ids("attention_mask");
        var positions = PositionIds.Of(mask);
        return new Dictionary<string, object?>
        {
            ["exclusive_cumsum"] = positions,
            ["cumsum_minus_one_pad_one"] = positions.where(mask.ne(0), ones_like(positions)),
        };
    }

    [GoldenOp("llama_forward")]
    internal static IReadOnlyDictionary<string, object?> Llama(GoldenInputs inputs)
    {
        var config = inputs.Json("config");
        return Run(
            inputs,
            new LanguageModelConfig
            {
                ModelType = "llama",
                VocabularySize = Count(config, "vocab_size"),
                HiddenSize = Count(config, "hidden_size"),
                IntermediateSize = Count(config, "intermediate_size"),
                Layers = Count(config, "num_hidden_layers"),
                Heads = Count(config, "num_attention_heads"),
                KeyValueHeads = Count(config, "num_key_value_heads"),
                HeadSize = Count(config, "head_dim"),
                ContextLength = 64,
                NormEpsilon = config.GetProperty("rms_norm_eps").GetDouble(),
                RopeTheta = config.GetProperty("rope_theta").GetDouble(),
                TieEmbeddings = config.GetProperty("tie_word_embeddings").GetBoolean(),
            }
        );
    }

    [GoldenOp("gpt2_forward")]
    internal static IReadOnlyDictionary<string, object?> Gpt2(GoldenInputs inputs)
    {
        var config = inputs.Json("config");
        var (hidden, heads) = (Count(config, "n_embd"), Count(config, "n_head"));
        return Run(
            inputs,
            new LanguageModelConfig
            {
                ModelType = "gpt2",
                VocabularySize = Count(config, "vocab_size"),
                HiddenSize = hidden,
                IntermediateSize = 4 * hidden,
                Layers = Count(config, "n_layer"),
                Heads = heads,
                KeyValueHeads = heads,
                HeadSize = hidden / heads,
                ContextLength = Count(config, "n_positions"),
                NormEpsilon = config.GetProperty("layer_norm_epsilon").GetDouble(),
                TieEmbeddings = config.GetProperty("tie_word_embeddings").GetBoolean(),
            }
        );
    }

    private static Dictionary<string, object?> Run(GoldenInputs inputs, LanguageModelConfig config)
    {
        using var model = LanguageModel.Create(config, seed: 0, inputs.Device, inputs.Dtype);
        using (no_grad())
        {
            foreach (var weight in inputs.Json("weights").EnumerateObject())
            {
                model.Weights[weight.Name].copy_(inputs.ToTensor(weight.Value, inputs.Dtype));
            }
        }

        var (ids, mask) = (inputs.Ids("input_ids"), inputs.Ids("attention_mask"));
        var hidden = model.Hidden(ids, mask, inputs.Ids("position_ids"));
        var logits = model.Logits(hidden);

        var count = ids.shape[1] - 1;
        var real = (mask.narrow(1, 0, count) * mask.narrow(1, 1, count)).to(inputs.Dtype);
        var chosen = logits.narrow(1, 0, count).log_softmax(-1).gather(2, ids.narrow(1, 1, count).unsqueeze(-1)).squeeze(-1);
        var loss = -(chosen * real).sum() / real.sum();
        loss.backward();

        var last = (mask * arange(1, count + 2, ScalarType.Int64, inputs.Device)).argmax(1);
        var ends = hidden[arange(0, ids.shape[0], ScalarType.Int64, inputs.Device), last];
        var shown = mask.unsqueeze(-1).to(inputs.Dtype);
        return new Dictionary<string, object?>
        {
            ["hidden"] = hidden * shown,
            ["logits"] = logits * shown,
            ["loss"] = loss,
            ["grad_norm"] = model.Weights.ToDictionary(
                w => w.Key,
                w => w.Value.grad!.square().sum().sqrt().to(ScalarType.Float64).item<double>()
            ),
            ["reward"] = (ends * inputs.Tensor("reward_weight")).sum(-1) + inputs.Tensor("reward_bias"),
        };
    }

    private static int Count(JsonElement config, string name) => config.GetProperty(name).GetInt32();
}
