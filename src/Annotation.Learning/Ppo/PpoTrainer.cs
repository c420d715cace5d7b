using Annotation.Learning.Models;
using Annotation.Learning.PolicyGradients;
using Annotation.Learning.Rewards;
using Annotation.Learning.Training;

namespace Annotation.Learning.Ppo;

/// <summary>Proximal policy optimisation: the frame of <see cref="PolicyGradientTrainer"/> with a value model of its own.</summary>
public sealed class PpoTrainer(PpoSettings settings) : PolicyGradientTrainer(settings)
{
    private protected override void CheckSettings() => SettingsPairs.Check(settings);

    private protected override PolicyObjective CreateObjective(Pretrained policy, RewardSource source) =>
        new PpoObjective(settings, policy, ValueModel.FromTrunk(source.ValueTrunk(policy)));
}
