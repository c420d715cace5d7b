using System.Text.Json;
using Annotation.Learning.Models;
using Annotation.Learning.Models.Weights;
using Annotation.Learning.RewardModeling.Features;
using Annotation.Learning.Tensors;
using Annotation.Learning.Text;
using static TorchSharp.torch;

namespace Annotation.Learning.RewardModeling;

/// <summary>
/// A reward model on disk: the first member's trunk as a model folder, its heads in reward_head.safetensors, and
/// reward_model.json with criteria, weights, mixes and normalisation, and reward_features.json if it has a feature head. Further members
/// are folders of the same form inside it.
/// </summary>
internal static class RewardModelFolder
{
    private const string DescriptionName = "reward_model.json";
    private const string HeadName = "reward_head.safetensors";
    private const string FeaturesName = "reward_features.json";
    private static readonly JsonSerializerOptions _json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    internal static void Save(RewardModel model, string folder)
    {
        for (var i = 0; i < model.Members.Count; i++)
        {
            var (member, place) = (model.Members[i], MemberFolder(folder, i));
            Directory.CreateDirectory(place);
            new Pretrained(member.Trunk, model.Tokenizer, model.Template).Save(place);
            SafetensorsWriter.Write(
                Path.Combine(place, HeadName),
                [KeyValuePair.Create("weight", member.HeadWeight), KeyValuePair.Create("bias", member.HeadBias)]
            );
        }
        var description = new Description(
            [.. model.Criteria],
            [.. model.Members.Select(m => m.Normalization.ToArray())],
            model.Rule.ToString(),
            model.UncertaintyWeight,
            [.. model.Mixes]
        );
        if (model.Features is { } features)
        {
            File.WriteAllText(Path.Combine(folder, FeaturesName), JsonSerializer.Serialize(features, JsonSerializerOptions.Web));
        }
        File.WriteAllText(Path.Combine(folder, DescriptionName), JsonSerializer.Serialize(description, _json));
    }

    internal static RewardModel Load(string folder, Device device)
    {
        var path = Path.Combine(folder, DescriptionName);
        var description = ReadDescription(path);
        var rule =
            Enum.TryParse<EnsembleRule>(description.Rule, out var known) && Enum.IsDefined(known)
                ? known
                : throw new ModelFolderException(
                    path,
                    $"field 'rule' is '{description.Rule}': use one of {string.Join(", ", Enum.GetNames<EnsembleRule>())}"
                );
        var members = new List<RewardMember>();
        try
        {
            Pretrained? first = null;
            for (var i = 0; i < description.Members.Length; i++)
            {
                var trunk = Pretrained.Load(MemberFolder(folder, i), device);
                first ??= trunk;
                members.Add(LoadMember(MemberFolder(folder, i), trunk.Model, description.Members[i], path, description.Criteria.Length));
            }
            return new(description.Criteria, members, first!.Tokenizer, first.Template, rule, description.UncertaintyWeight)
            {
                Features = ReadFeatures(Path.Combine(folder, FeaturesName), description.Criteria.Length),
                // Folders written before there were mixes score with the network alone.
                Mixes = description.Mixes ?? [.. description.Criteria.Select(_ => ScoreMix.Plain)],
            };
        }
        catch
        {
            members.ForEach(m => m.Dispose());
            throw;
        }
    }

    private static string MemberFolder(string folder, int member) => member == 0 ? folder : Path.Combine(folder, $"member-{member + 1}");

    private static RewardMember LoadMember(
        string folder,
        LanguageModel trunk,
        ScoreNormalization[] normalization,
        string description,
        int criteria
    )
    {
        using var scope = NewDisposeScope();
        try
        {
            if (normalization.Length != criteria)
            {
                throw new ModelFolderException(description, $"has {criteria} criteria, but a member normalises {normalization.Length}");
            }
            using var file = SafetensorsFile.Open(Path.Combine(folder, HeadName));
            var weight = Read(file, "weight", [criteria, trunk.Config.HiddenSize]);
            var bias = Read(file, "bias", [criteria]);
            return new(trunk, weight, bias, normalization);
        }
        catch
        {
            trunk.Dispose();
            throw;
        }

        Tensor Read(SafetensorsFile file, string name, long[] shape)
        {
            var path = Path.Combine(folder, HeadName);
            if (!file.Entries.TryGetValue(name, out var entry))
            {
                throw new ModelFolderException(path, $"tensor '{name}' is missing");
            }
            return entry.Shape.SequenceEqual(shape)
                ? file.Read(name).to(WideType.Of(trunk.ScalarType), trunk.Device).requires_grad_()
                : throw new ModelFolderException(
                    path,
                    $"tensor '{name}' has shape [{string.Join(", ", entry.Shape)}], not [{string.Join(", ", shape)}]"
                );
        }
    }

    private static Description ReadDescription(string path)
    {
        try
        {
            var description = JsonSerializer.Deserialize<Description>(File.ReadAllText(path), _json);
            return
                description is { Criteria.Length: > 0, Members.Length: > 0 }
                && description.Members.All(m => m is not null && m.All(n => n is { Std: > 0 }))
                && (description.Mixes is null || description.Mixes.Length == description.Criteria.Length)
                ? description
                : throw new ModelFolderException(
                    path,
                    "lacks 'criteria', 'members' or a criterion's mix, or a standard deviation is not above 0"
                );
        }
        catch (JsonException e)
        {
            throw new ModelFolderException(path, $"is not valid: {e.Message}", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelFolderException(path, "is missing: this is no reward-model folder", e);
        }
    }

    private static FeatureHead? ReadFeatures(string path, int criteria)
    {
        if (!File.Exists(path))
        {
            return null;
        }
        try
        {
            var head = JsonSerializer.Deserialize<FeatureHead>(File.ReadAllText(path), _json);
            return
                head is { Keys: not null, Weights: not null }
                && head.Weights.Count == criteria
                && head.Weights.All(w => w?.Length == head.Keys.Count)
                && head.Meanings is null or { IsWhole: true }
                ? head
                : throw new ModelFolderException(
                    path,
                    $"should hold one weight per key for each of {criteria} criteria, and a vector of one size for each word"
                );
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new ModelFolderException(path, $"is not valid: {e.Message}", e);
        }
    }

    private sealed record Description(
        WeightedCriterion[] Criteria,
        ScoreNormalization[][] Members,
        string Rule,
        double UncertaintyWeight,
        ScoreMix[]? Mixes = null
    );
}
