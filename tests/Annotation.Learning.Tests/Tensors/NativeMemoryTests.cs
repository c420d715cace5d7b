using Annotation.Learning.Generation;
using Annotation.Learning.Sft;
using Annotation.Learning.Tests.PolicyGradients;
using Annotation.Learning.Tests.Training;
using Annotation.Learning.Training;
using Xunit;

namespace Annotation.Learning.Tests.Tensors;

/// <summary>What a long run holds does not grow: neither live native tensors nor the memory of the process.</summary>
[Collection(NativeTensorCount.Name)]
public sealed class NativeMemoryTests(ITestOutputHelper output)
{
    private const int Steps = 2_000;
    private const int Completions = 10_000;

    // Allocators keep freed pieces; a leak of one tensor of a step would be far more over all steps.
    private const double MostGrowth = 24;

    [Fact]
    [Trait("Category", "nightly")]
    public void Two_thousand_training_steps()
    {
        using var model = TrainableModels.Create();
        var settings = new SftSettings
        {
            BatchSize = 16,
            Epochs = Steps * 16 / CoinPolicy.Demonstrations.Count,
            ValidationsPerEpoch = 1,
            Patience = 1000,
        };
        var watch = new Watch(Steps / 10);
        new SftTrainer(settings).Train(
            model,
            CoinPolicy.Demonstrations,
            [.. CoinPolicy.Demonstrations.Take(16)],
            progress: watch,
            ct: TestContext.Current.CancellationToken
        );
        Assert.InRange(watch.Reports, Steps * 9 / 10, Steps);
        Check("training steps", watch);
    }

    [Fact]
    [Trait("Category", "nightly")]
    public void Iterations_of_ppo()
    {
        using var policy = TrainableModels.Create();
        using var reference = policy.Copy();
        var watch = new Watch(50);
        CoinPolicy
            .Trainer("ppo", s => s with { Iterations = 500 })
            .Train(policy, reference, CoinPolicy.LikesX, CoinPolicy.Prompts, progress: watch, ct: TestContext.Current.CancellationToken);
        Check("iterations of PPO, 4 optimizer steps each", watch);
    }

    [Fact]
    [Trait("Category", "nightly")]
    public void Ten_thousand_completions()
    {
        using var model = TrainableModels.Create();
        var sampler = new Sampler(model);
        var prompts = CoinPolicy.Prompts.Select(p => model.Template.EncodePrompt(p)).ToList();
        var watch = new Watch(Completions / 10 / 100);
        for (var batch = 0; batch < Completions / 100; batch++)
        {
            sampler.Generate(
                [.. Enumerable.Range(0, 100).Select(i => prompts[i % prompts.Count])],
                new SamplingSettings { MaxNewTokens = 16, Seed = (ulong)batch },
                TestContext.Current.CancellationToken
            );
            watch.Report(new TrainingProgress(batch, Completions / 100, new Dictionary<string, double>()));
        }
        Check("batches of 100 completions", watch);
    }

    private void Check(string what, Watch watch)
    {
        output.WriteLine(
            $"{watch.Reports} {what}: live tensors {watch.FirstTensors} -> {watch.LastTensors}, "
                + $"memory {watch.FirstMegabytes:F1} -> {watch.LastMegabytes:F1} MB, managed {watch.FirstManaged:F1} -> {watch.LastManaged:F1} MB"
        );
        Assert.Equal(watch.FirstTensors, watch.LastTensors);
        Assert.InRange(watch.LastMegabytes - watch.FirstMegabytes, -1e6, MostGrowth);
    }

    /// <summary>Looks at the process after a warm-up and at the last report.</summary>
    private sealed class Watch(int warmUp) : IProgress<TrainingProgress>
    {
        internal int Reports { get; private set; }

        internal long FirstTensors { get; private set; }

        internal long LastTensors { get; private set; }

        internal double FirstMegabytes { get; private set; }

        internal double LastMegabytes { get; private set; }

        internal double FirstManaged { get; private set; }

        internal double LastManaged { get; private set; }

        public void Report(TrainingProgress value)
        {
            Reports++;
            if (Reports == warmUp)
            {
                (FirstTensors, FirstMegabytes, FirstManaged) = Look();
            }
            if (Reports >= warmUp && Reports % warmUp == 0)
            {
                (LastTensors, LastMegabytes, LastManaged) = Look();
            }
        }

        // Managed garbage is not what is looked for, so it goes first; native memory that finalizers would have to free counts.
        private static (long, double, double) Look()
        {
            var tensors = TorchSharp.torch.Tensor.TotalCount;
            GC.Collect();
            var managed = GC.GetTotalMemory(forceFullCollection: false) / 1e6;
            return (tensors, Environment.WorkingSet / 1e6, managed);
        }
    }
}
