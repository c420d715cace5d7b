namespace Annotation.Client.Contracts;

/// <summary>One criterion of a project: `overall` always exists with weight 1.</summary>
public sealed record CriterionRow(string Key, string Name, string Guideline, double Weight);

/// <summary>Creates a project; null leaves a default.</summary>
public sealed record CreateProjectRequest(
    string Name,
    string? Description = null,
    string? Guideline = null,
    IReadOnlyList<CriterionRow>? Criteria = null,
    int? CompletionsPerTask = null,
    int? JudgementsPerTask = null,
    string? ContentWarning = null,
    string? Language = null
);

/// <summary>Changes a project; null leaves a field as it is.</summary>
public sealed record ChangeProjectRequest(
    string? Description = null,
    string? Guideline = null,
    IReadOnlyList<CriterionRow>? Criteria = null,
    int? CompletionsPerTask = null,
    int? JudgementsPerTask = null,
    string? ContentWarning = null,
    string? Language = null
);

/// <summary>A project with its counts.</summary>
public sealed record ProjectRow(
    Guid Id,
    string Name,
    string Description,
    string Guideline,
    int GuidelineVersion,
    IReadOnlyList<CriterionRow> Criteria,
    int CompletionsPerTask,
    int JudgementsPerTask,
    string? PromotedModel,
    int PromptCount,
    int CompletionCount,
    int DemonstrationCount,
    int RankingCount,
    int OpenTaskCount,
    DateTimeOffset CreatedAt
)
{
    /// <summary>The newest version of the questionnaire; 0 while it is made of the criteria.</summary>
    public int QuestionnaireVersion { get; init; }

    /// <summary>What labelers are warned of before they see the project's texts (markdown).</summary>
    public string ContentWarning { get; init; } = "";

    /// <summary>Language of the prompts (BCP 47, lower case); null: not said.</summary>
    public string? Language { get; init; }
}

/// <summary>What an import did with each row of a file.</summary>
/// <param name="Landed">Rows stored.</param>
/// <param name="Repeated">Rows that were there already and were not stored again.</param>
/// <param name="Rejected">Rows that were left out, with line number and reason.</param>
public sealed record ImportReport(int Landed, int Repeated, IReadOnlyList<RejectedRow> Rejected);

/// <summary>One row that was not imported.</summary>
public sealed record RejectedRow(long Line, string Reason);

/// <summary>A frozen preference set.</summary>
public sealed record PreferenceSetRow(
    Guid Id,
    int Number,
    string ContentHash,
    IReadOnlyList<string> Criteria,
    int RankingCount,
    int TrainCount,
    int ValidationCount,
    int TestCount,
    DateTimeOffset CreatedAt
);
