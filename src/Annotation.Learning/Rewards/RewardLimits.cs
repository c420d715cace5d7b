namespace Annotation.Learning.Rewards;

/// <summary>What a reward source outside of this process may take, and what becomes of a completion that it cannot score.</summary>
/// <param name="TimeLimit">For one completion of a program, for one request of an endpoint.</param>
/// <param name="Megabytes">Address space of a program; null for no limit.</param>
/// <param name="Retries">Further attempts after a request that failed for a reason that may pass.</param>
/// <param name="FailedScore">The score of a completion that could not be scored; null ends the run instead.</param>
public sealed record RewardLimits(TimeSpan TimeLimit, int? Megabytes, int Retries, double? FailedScore);
