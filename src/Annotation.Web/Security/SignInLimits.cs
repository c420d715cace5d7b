using System.Threading.RateLimiting;

namespace Annotation.Web.Security;

/// <summary>Slows down guessing of passwords, per user name and address and per address alone.</summary>
internal sealed class SignInLimits : IDisposable
{
    private readonly PartitionedRateLimiter<Attempt> _limiter = PartitionedRateLimiter.CreateChained(
        PartitionedRateLimiter.Create<Attempt, string>(attempt => Bucket($"{attempt.Address} {attempt.UserName}", 8, 4)),
        PartitionedRateLimiter.Create<Attempt, string>(attempt => Bucket(attempt.Address, 60, 30))
    );

    /// <summary>Whether one more attempt is allowed now.</summary>
    public bool Allows(string userName, string address)
    {
        using var lease = _limiter.AttemptAcquire(new Attempt(userName.ToUpperInvariant(), address));
        return lease.IsAcquired;
    }

    public void Dispose() => _limiter.Dispose();

    private static RateLimitPartition<string> Bucket(string key, int size, int perMinute) =>
        RateLimitPartition.GetTokenBucketLimiter(
            key,
            _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = size,
                TokensPerPeriod = perMinute,
                ReplenishmentPeriod = TimeSpan.FromMinutes(1),
                AutoReplenishment = true,
            }
        );

    private readonly record struct Attempt(string UserName, string Address);
}
