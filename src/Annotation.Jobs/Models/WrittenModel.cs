using System.Text.Json.Nodes;
using Annotation.Domain.Models;
using Annotation.Jobs.Execution;
using Annotation.Learning.Adapters;
using Annotation.Learning.Models;
using Annotation.Learning.RewardModeling;
using static TorchSharp.torch;

namespace Annotation.Jobs.Models;

/// <summary>A model that a run has trained and written into a staging folder; its tensors are no longer needed.</summary>
public sealed record WrittenModel(
    string Folder,
    ModelKind Kind,
    LanguageModelConfig Config,
    long ParameterCount,
    IReadOnlyList<string>? Criteria
)
{
    // Not in the model's folder itself: there Hugging Face's tools would take the whole folder for an adapter.
    private const string AdapterFolder = "adapter";

    /// <summary>Writes a policy, with its adapter beside it in PEFT's form if one was trained.</summary>
    /// <param name="context">The run.</param>
    /// <param name="policy">What it trained.</param>
    /// <param name="baseModel">Name of the model that an adapter belongs to.</param>
    public static WrittenModel Write(RunContext context, Pretrained policy, string baseModel)
    {
        var folder = context.StagingFolder();
        // Half-precision weights are stored as they are; merged with an adapter they need more precision than they had.
        policy.Save(folder, policy.Model.HasAdapter ? ScalarType.Float32 : policy.Model.ScalarType);
        if (policy.Model.HasAdapter)
        {
            PeftFolder.Save(policy.Model, Path.Combine(folder, AdapterFolder), baseModel);
        }
        return new(folder, ModelKind.Policy, policy.Model.Config, policy.Model.ParameterCount, null);
    }

    /// <summary>Writes a reward model.</summary>
    public static WrittenModel Write(RunContext context, RewardModel reward)
    {
        var folder = context.StagingFolder();
        reward.Save(folder);
        var trunk = reward.Members[0].Trunk;
        return new(folder, ModelKind.Reward, trunk.Config, trunk.ParameterCount, [.. reward.Criteria.Select(c => c.Key)]);
    }

    /// <summary>Moves the folder into the store.</summary>
    /// <param name="context">The run that made it, which names it.</param>
    /// <param name="baseModelId">The model whose weights it started from.</param>
    /// <param name="preferenceSetId">What a reward model learned from.</param>
    /// <param name="measured">The run's figures.</param>
    /// <param name="ct">Stops the work.</param>
    public async Task<NewModel> StoreAsync(
        RunContext context,
        Guid? baseModelId,
        Guid? preferenceSetId,
        JsonObject measured,
        CancellationToken ct
    )
    {
        var stored = await context.Store.AddAsync(Folder, ct);
        return new NewModel(
            context.Run.OutputName ?? $"{context.Run.Kind.ToString().ToLowerInvariant()}-{context.Run.Number}",
            Kind,
            Config.ModelType,
            ParameterCount,
            stored,
            Criteria,
            baseModelId,
            preferenceSetId,
            ModelShelf.Describe(Config, measured)
        );
    }
}
