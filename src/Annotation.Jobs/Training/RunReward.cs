using System.Globalization;
using Annotation.Domain.Models;
using Annotation.Domain.Runs;
using Annotation.Jobs.Execution;
using Annotation.Learning.Models;
using Annotation.Learning.PolicyGradients;
using Annotation.Learning.RewardModeling;
using Annotation.Learning.Rewards;
using static TorchSharp.torch;

namespace Annotation.Jobs.Training;

/// <summary>What a run's completions are scored by: the terms, and the folders of the reward models among them, in their order.</summary>
public sealed class RunReward(IReadOnlyList<RewardTerm> terms, IReadOnlyList<(Model Model, string Folder)> models, WorkerOptions options)
{
    // One for the process; redirects could lead a token elsewhere.
    private static readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>The reward models, which have prompts of their own.</summary>
    public IReadOnlyList<Model> Models => [.. models.Select(m => m.Model)];

    /// <summary>Loads the models and gives the source of scores.</summary>
    /// <param name="settings">Limits of programs and endpoints.</param>
    /// <param name="writer">The policy: a reward model that reads otherwise than it writes is given texts.</param>
    /// <param name="device">Where the models compute.</param>
    public OpenReward Open(PolicyGradientSettings settings, Pretrained writer, Device device) =>
        Open(
            new RewardLimits(
                TimeSpan.FromSeconds(settings.RewardSeconds),
                settings.RewardMegabytes,
                settings.RewardRetries,
                settings.FailedRewardScore
            ),
            writer,
            device
        );

    /// <inheritdoc cref="Open(PolicyGradientSettings, Pretrained, Device)"/>
    public OpenReward Open(RewardLimits limits, Pretrained writer, Device device)
    {
        var loaded = new Queue<RewardModel>(models.Select(m => RewardModel.Load(m.Folder, device)));
        var owned = loaded.ToList();
        var parts = terms
            .Select(t =>
                (
                    t.Weight,
                    t.Kind switch
                    {
                        RewardTermKind.Model => new RewardModelSource(loaded.Dequeue(), writer),
                        RewardTermKind.Program => new ProgramReward(Path.Combine(options.RewardPrograms!, t.Name), [], limits),
                        RewardTermKind.Endpoint => (RewardSource)new HttpReward(_http, new Uri(t.Name), options.RewardToken, limits),
                    }
                )
            )
            .ToList();
        return new(parts is [(1, var only)] ? only : new WeightedReward(parts), owned);
    }

    /// <summary>The formula, as it may be written again.</summary>
    public override string ToString() =>
        string.Join(
            " + ",
            terms.Select(t =>
                (t.Weight == 1 ? "" : t.Weight.ToString(CultureInfo.InvariantCulture) + "*")
                + (t.Kind == RewardTermKind.Program ? "program:" : "")
                + t.Name
            )
        );
}

/// <summary>A reward source and the models behind it.</summary>
public sealed record OpenReward(RewardSource Source, IReadOnlyList<RewardModel> Models) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var model in Models)
        {
            model.Dispose();
        }
    }
}
