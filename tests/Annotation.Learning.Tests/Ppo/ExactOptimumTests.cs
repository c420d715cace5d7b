using Annotation.Learning.Models;
using Annotation.Learning.Ppo;
using Annotation.Learning.Rewards;
using Annotation.Learning.Tests.Tensors;
using Annotation.Learning.Tests.Training;
using Annotation.Learning.Text;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.Ppo;

/// <summary>
/// Completions of one token can all be enumerated. The objective J = E[reward - beta KL] has its maximum beta log sum pi_ref
/// exp(reward / beta) at pi ~ pi_ref exp(reward / beta): PPO must get there, not only upwards.
/// </summary>
[Collection(NativeTensorCount.Name)]
public sealed class ExactOptimumTests
{
    private const double Beta = 0.5;

    [Fact]
    public void Ppo_reaches_the_optimum_of_the_penalised_reward()
    {
        using var scope = NewDisposeScope();
        using var policy = TrainableModels.Create();
        using var reference = policy.Copy();
        IReadOnlyList<Message> prompt = [new("user", "go")];
        var settings = new PpoSettings
        {
            Iterations = 60,
            RolloutSize = 128,
            MinibatchSize = 128,
            Epochs = 2,
            MaxNewTokens = 1,
            MissingEndPenalty = 0,
            KlCoefficient = Beta,
            TargetSequenceKl = null,
            LearningRate = 3e-3,
            ValueLearningRate = 3e-3,
        };
        new PpoTrainer(settings).Train(
            policy,
            reference,
            new FunctionReward((_, text) => Reward(text)),
            [prompt],
            ct: TestContext.Current.CancellationToken
        );

        var rewards = tensor(
            Enumerable.Range(0, policy.Tokenizer.VocabularySize).Select(id => Reward(policy.Tokenizer.Decode([id]))).ToArray(),
            device: CPU
        );
        var (start, end) = (LogProbabilities(reference, prompt), LogProbabilities(policy, prompt));
        var atStart = Objective(start);
        var optimum = Beta * (start + rewards / Beta).logsumexp(0).item<double>();
        var reached = (Objective(end) - atStart) / (optimum - atStart);
        Assert.InRange(reached, 0.95, 1);

        double Objective(Tensor logp) => (logp.exp() * (rewards - (logp - start) * Beta)).sum().item<double>();
    }

    // Letters are good, the later the better; everything else is bad.
    private static double Reward(string text) => text is [>= 'a' and <= 'z' and var letter] ? (letter - 'a') / 12.5 : -1;

    private static Tensor LogProbabilities(Pretrained model, IReadOnlyList<Message> prompt)
    {
        using var guard = no_grad();
        var ids = tensor(model.Template.EncodePrompt(prompt).Select(i => (long)i).ToArray(), device: CPU).unsqueeze(0);
        return model.Model.Logits(model.Model.Hidden(ids))[0, -1].to(ScalarType.Float64).log_softmax(0);
    }
}
