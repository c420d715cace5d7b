using System.Text.Json;

namespace Annotation.Client.Contracts;

/// <summary>Starts a training run.</summary>
/// <param name="Kind">base, sft, reward, ppo, rloo, grpo or dpo.</param>
/// <param name="Base">Model to start from; null: the project's promoted policy, else `tiny`.</param>
/// <param name="Out">Name of the new model; null: named after project, kind and run number.</param>
/// <param name="Settings">name=value pairs of the trainer's settings; reward=NAME names what scores in a PPO, RLOO or GRPO run (a reward model, program:FILE, an address, or a weighted sum of them), set=NUMBER a preference set.</param>
/// <param name="AllowOverlap">Lets PPO, RLOO and GRPO use prompts that SFT or the reward model learned from.</param>
public sealed record StartRunRequest(
    string Kind,
    string? Base = null,
    string? Out = null,
    IReadOnlyDictionary<string, string>? Settings = null,
    bool AllowOverlap = false
);

/// <summary>How completions are drawn; what is left out changes nothing.</summary>
public abstract record SamplingRequest
{
    /// <summary>Only this many of the most probable tokens are considered.</summary>
    public int? TopK { get; init; }

    /// <summary>Only the most probable tokens that together reach this probability are considered.</summary>
    public double? TopP { get; init; }

    /// <summary>Logits of tokens that are there already are divided by this where positive and multiplied where negative.</summary>
    public double? RepetitionPenalty { get; init; }

    /// <summary>No run of this many tokens occurs twice in a completion.</summary>
    public int? NoRepeatLength { get; init; }

    /// <summary>Type of the model's weights: fp32 or bf16.</summary>
    public string? Precision { get; init; }

    /// <summary>Texts that end a completion; it is cut before them.</summary>
    public IReadOnlyList<string>? Stop { get; init; }
}

/// <summary>Asks for completions of one prompt (text or a conversation).</summary>
public sealed record GenerateRequest(
    string Model,
    string? Prompt = null,
    IReadOnlyList<MessageRow>? Messages = null,
    int Count = 1,
    int MaxTokens = 64,
    double Temperature = 1,
    long Seed = 1
) : SamplingRequest;

/// <summary>Asks for completions of a project's prompts, which become ranking tasks at once.</summary>
/// <param name="Model">null: the project's promoted policy, else `tiny`.</param>
/// <param name="Prompts">How many prompts that have no open task yet; null: all.</param>
/// <param name="Against">Another model that writes half of each task's completions, for a win rate by people; null: none.</param>
public sealed record GenerateTasksRequest(
    string? Model = null,
    int? Prompts = null,
    int? CompletionsPerPrompt = null,
    int? MaxTokens = null,
    double? Temperature = null,
    long Seed = 1,
    string? Against = null
) : SamplingRequest;

/// <summary>Asks for the best of n completions of each of a project's prompts, as data in the run's result.</summary>
/// <param name="Model">null: the project's promoted policy, else `tiny`.</param>
/// <param name="Reward">What scores, as in PPO; null: the project's newest reward model.</param>
/// <param name="BestOf">n, from 2.</param>
/// <param name="Prompts">Most prompts; null: 256.</param>
/// <param name="AllowOverlap">Uses prompts too that SFT or the reward model learned from.</param>
/// <param name="Settings">Further settings by name: limits of a reward program or endpoint, such as rewardSeconds.</param>
public sealed record BestOfRequest(
    string? Model = null,
    string? Reward = null,
    int BestOf = 16,
    int? Prompts = null,
    int? MaxTokens = null,
    double? Temperature = null,
    long Seed = 1,
    bool AllowOverlap = false,
    IReadOnlyDictionary<string, string>? Settings = null
) : SamplingRequest;

/// <summary>Evaluates a reward model (Kind reward) or a policy against another (Kind policy).</summary>
/// <param name="Judge">A reward model's name, gold:demo, gold:stories, or people: the rankings that hold completions of both.</param>
/// <param name="File">The bytes of a file to evaluate on, in <paramref name="Format"/>; null: the test split or the project's prompts.</param>
public sealed record EvaluateRequest(
    string Kind,
    string Model,
    string? Against = null,
    string? Judge = null,
    string? Project = null,
    string? Format = null,
    string? FileName = null,
    byte[]? File = null,
    IReadOnlyDictionary<string, string>? Settings = null
);

/// <summary>One turn of a conversation; roles are system, user, assistant.</summary>
public sealed record MessageRow(string Role, string Content);

/// <summary>A run as listed.</summary>
/// <param name="Kind">base, sft, reward, ppo, rloo, grpo, dpo, generate, evaluate or import.</param>
/// <param name="State">queued, running, paused, completed, failed or canceled.</param>
public sealed record RunRow(
    Guid Id,
    int Number,
    string? Project,
    string Kind,
    string State,
    string? BaseModel,
    string? RewardModel,
    string? OutputModel,
    string? PreferenceSetHash,
    JsonElement Settings,
    long Step,
    long TotalSteps,
    int Epoch,
    string? Worker,
    string? Device,
    DateTimeOffset? HeartbeatAt,
    string? Error,
    string? Notice,
    JsonElement? Result,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt
);

/// <summary>Points of a run's metrics after a step, and its newest samples.</summary>
public sealed record RunMetrics(IReadOnlyList<MetricPoint> Points, IReadOnlyList<RunSampleRow> Samples);

/// <summary>One value of one metric.</summary>
public sealed record MetricPoint(long Step, string Name, double Value);

/// <summary>A decoded sample that a run showed on its way.</summary>
public sealed record RunSampleRow(long Step, string Prompt, string Completion, double? Score);
