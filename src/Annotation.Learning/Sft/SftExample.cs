using Annotation.Learning.Text;

namespace Annotation.Learning.Sft;

/// <summary>A demonstration: a conversation so far and what the assistant should say next.</summary>
public sealed record SftExample(IReadOnlyList<Message> Prompt, string Completion);

/// <summary>What supervised training did.</summary>
/// <param name="Steps">Optimizer steps done.</param>
/// <param name="BestStep">The step whose weights were kept.</param>
/// <param name="ValidationLoss">Loss per target token there in nats; null without validation rows.</param>
/// <param name="TrainLoss">Loss per target token of the last step in nats.</param>
/// <param name="DroppedRows">Rows left out because they were longer than allowed.</param>
public sealed record SftResult(int Steps, int BestStep, double? ValidationLoss, double TrainLoss, int DroppedRows);
