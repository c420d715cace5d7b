using System.Text.Json.Nodes;
using Annotation.Domain.Models;

namespace Annotation.Jobs.Models;

/// <summary>A model that a run has made, in the store but not yet registered.</summary>
/// <param name="Name">Its name in the registry.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="Architecture">Family of the network.</param>
/// <param name="ParameterCount">Weights, without the heads of a reward model.</param>
/// <param name="Stored">Where the artifact store keeps it.</param>
/// <param name="Criteria">Keys of a reward model's heads; null for a policy.</param>
/// <param name="BaseModelId">The model whose weights it started from.</param>
/// <param name="PreferenceSetId">What a reward model learned from.</param>
/// <param name="Details">Configuration and what its maker measured.</param>
public sealed record NewModel(
    string Name,
    ModelKind Kind,
    string Architecture,
    long ParameterCount,
    StoredFolder Stored,
    IReadOnlyList<string>? Criteria,
    Guid? BaseModelId,
    Guid? PreferenceSetId,
    JsonObject Details
);
