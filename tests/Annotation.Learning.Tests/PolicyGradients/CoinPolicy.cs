using Annotation.Learning.Grpo;
using Annotation.Learning.Models;
using Annotation.Learning.PolicyGradients;
using Annotation.Learning.Ppo;
using Annotation.Learning.Rewards;
using Annotation.Learning.Rloo;
using Annotation.Learning.Sft;
using Annotation.Learning.Tests.Training;
using Annotation.Learning.Text;
using Annotation.Learning.Training;

namespace Annotation.Learning.Tests.PolicyGradients;

/// <summary>A policy that answers with two to four letters x or y, each as often as the other, and what it can be taught.</summary>
internal static class CoinPolicy
{
    internal static IReadOnlyList<IReadOnlyList<Message>> Prompts { get; } =
    [.. "abcd".Select(c => (IReadOnlyList<Message>)[new Message("user", $"{c}")])];

    internal static RewardSource LikesX { get; } = new FunctionReward((_, text) => text.Count(c => c == 'x') - 1);

    internal static IReadOnlyList<SftExample> Demonstrations { get; } = Demonstrate();

    internal static Pretrained Create()
    {
        var model = TrainableModels.Create();
        new SftTrainer(
            new SftSettings
            {
                LearningRate = 5e-3,
                BatchSize = 32,
                Epochs = 12,
            }
        ).Train(model, Demonstrations, []);
        return model;
    }

    /// <summary>A trainer of small rollouts of six tokens.</summary>
    internal static PolicyGradientTrainer Trainer(string kind, Func<PolicyGradientSettings, PolicyGradientSettings>? change = null)
    {
        var settings = kind switch
        {
            "ppo" => (PolicyGradientSettings)new PpoSettings { ValueLearningRate = 3e-3 },
            "rloo" => new RlooSettings(),
            _ => new GrpoSettings { KlCoefficient = 0.05, TargetSequenceKl = null },
        };
        settings = settings with
        {
            Iterations = 4,
            RolloutSize = 16,
            MinibatchSize = 8,
            MaxNewTokens = 6,
            LearningRate = 1e-3,
            CheckpointIterations = 2,
        };
        settings = change?.Invoke(settings) ?? settings;
        return settings switch
        {
            PpoSettings ppo => new PpoTrainer(ppo) { Demonstrations = Demonstrations },
            RlooSettings rloo => new RlooTrainer(rloo) { Demonstrations = Demonstrations },
            GrpoSettings grpo => new GrpoTrainer(grpo) { Demonstrations = Demonstrations },
            _ => throw new ArgumentException(kind),
        };
    }

    private static List<SftExample> Demonstrate()
    {
        var random = new SeededRandom(9);
        return
        [
            .. Enumerable
                .Range(0, 256)
                .Select(i => new SftExample(
                    Prompts[i % 4],
                    new string([.. Enumerable.Range(0, 2 + random.NextInt(3)).Select(_ => random.NextInt(2) == 0 ? 'x' : 'y')])
                )),
        ];
    }
}
