using Annotation.Learning.Text;

namespace Annotation.Learning.PolicyGradients;

/// <summary>A completion that the policy wrote while training.</summary>
/// <param name="Prompt">The conversation so far.</param>
/// <param name="PromptIds">Its ids.</param>
/// <param name="CompletionIds">The ids sampled, the end token included when there is one.</param>
/// <param name="Ended">Whether it ends with the end token.</param>
/// <param name="Text">The completion decoded.</param>
public sealed record Rollout(IReadOnlyList<Message> Prompt, int[] PromptIds, int[] CompletionIds, bool Ended, string Text);
