namespace Annotation.Client.Contracts;

/// <summary>A registered model with the lineage that led to it.</summary>
/// <param name="Kind">policy or reward.</param>
/// <param name="Details">What its run measured, as JSON.</param>
public sealed record ModelRow(
    Guid Id,
    string Name,
    string Kind,
    string Architecture,
    long ParameterCount,
    string Sha256,
    string? BaseModel,
    Guid? RunId,
    int? RunNumber,
    string? Project,
    Guid? PreferenceSetId,
    string? PreferenceSetHash,
    string? RewardModel,
    IReadOnlyList<string> Criteria,
    IReadOnlyList<string> PromotedIn,
    System.Text.Json.JsonElement? Details,
    DateTimeOffset CreatedAt
);

/// <summary>Promotes a policy in a project; without a project, in the one of the run that made it.</summary>
public sealed record PromoteRequest(string? Project = null);
