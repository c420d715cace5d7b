using Annotation.Domain.Models;
using Annotation.Learning.Models;
using Annotation.Learning.RewardModeling;
using Annotation.Learning.Text;
using static TorchSharp.torch;

namespace Annotation.Jobs.Models;

/// <summary>What a model folder holds, found out by reading all of it.</summary>
/// <param name="Kind">Reward when the folder has heads, else policy.</param>
/// <param name="Config">Shape of the network, of a reward model's first member.</param>
/// <param name="ParameterCount">Learned numbers of one network.</param>
/// <param name="Criteria">Keys of the heads; null for a policy.</param>
public sealed record ModelFolder(ModelKind Kind, LanguageModelConfig Config, long ParameterCount, IReadOnlyList<string>? Criteria)
{
    private const string RewardFile = "reward_model.json";

    /// <summary>Loads the whole model on the CPU and lets go of it again.</summary>
    /// <exception cref="ModelFolderException">A file is missing or wrong; one line naming file and tensor or field.</exception>
    public static ModelFolder Check(string folder)
    {
        if (File.Exists(Path.Combine(folder, RewardFile)))
        {
            using var reward = RewardModel.Load(folder, CPU);
            var trunk = reward.Members[0].Trunk;
            return new(ModelKind.Reward, trunk.Config, trunk.ParameterCount, [.. reward.Criteria.Select(c => c.Key)]);
        }
        // As stored: a large half-precision model takes no more memory than its file.
        using var policy = Pretrained.Load(folder, CPU, dtype: null);
        return new(ModelKind.Policy, policy.Model.Config, policy.Model.ParameterCount, null);
    }
}
