using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Annotation.Learning.PolicyGradients;

namespace Annotation.Learning.Rewards;

/// <summary>
/// Scores of an HTTP endpoint: <c>POST {"completions": [{"prompt": [{"role", "content"}], "completion"}]}</c> answers
/// <c>{"scores": [number, ...]}</c> in the same order.
/// </summary>
/// <remarks>
/// Timeouts, lost connections and the statuses 408, 429 and 5xx are tried again after 0.5 s, 1 s, 2 s and so on; everything else is not.
/// What still fails ends the run, or gives every completion of the rollout <see cref="RewardLimits.FailedScore"/>.
/// </remarks>
/// <param name="http">The client; its own timeout must not be shorter than the limit.</param>
/// <param name="endpoint">Where scores are asked for.</param>
/// <param name="token">Sent as a bearer token; null for none.</param>
/// <param name="limits">How long to wait and how often to try again.</param>
public sealed class HttpReward(HttpClient http, Uri endpoint, string? token, RewardLimits limits) : RewardSource
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5);

    /// <inheritdoc/>
    public override IReadOnlyList<double> Score(IReadOnlyList<Rollout> rollouts, CancellationToken ct) =>
        ScoreAsync(rollouts, ct).GetAwaiter().GetResult();

    private async Task<IReadOnlyList<double>> ScoreAsync(IReadOnlyList<Rollout> rollouts, CancellationToken ct)
    {
        for (var attempt = 0; ; attempt++)
        {
            var (scores, problem, mayPass) = await AskAsync(rollouts, ct);
            if (scores is not null)
            {
                return scores;
            }
            if (mayPass && attempt < limits.Retries)
            {
                await Task.Delay(FirstPause * Math.Pow(2, attempt), ct);
                continue;
            }
            return limits.FailedScore is { } penalty
                ? [.. Enumerable.Repeat(penalty, rollouts.Count)]
                : throw new RewardSourceException($"The reward endpoint {endpoint} {problem} ({attempt + 1} attempts).");
        }
    }

    private async Task<(IReadOnlyList<double>? Scores, string Problem, bool MayPass)> AskAsync(
        IReadOnlyList<Rollout> rollouts,
        CancellationToken ct
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(limits.TimeLimit);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, endpoint);
            request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
            var completions = rollouts.Select(r => new
            {
                prompt = r.Prompt.Select(m => new { role = m.Role, content = m.Content }),
                completion = r.Text,
            });
            request.Content = JsonContent.Create(new { completions });
            using var response = await http.SendAsync(request, limit.Token);
            if (!response.IsSuccessStatusCode)
            {
                var passing =
                    response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
                    || (int)response.StatusCode >= 500;
                return (null, $"answered {(int)response.StatusCode}", passing);
            }
            var answer = await response.Content.ReadFromJsonAsync<Answer>(JsonSerializerOptions.Web, limit.Token);
            return answer?.Scores is { } scores && scores.Count == rollouts.Count
                ? (scores, "", false)
                : (null, $"answered {answer?.Scores?.Count ?? 0} scores for {rollouts.Count} completions", false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return (null, $"did not answer within {limits.TimeLimit.TotalSeconds:0.###} s", true);
        }
        catch (HttpRequestException e)
        {
            return (null, $"cannot be reached: {e.Message}", true);
        }
        catch (JsonException)
        {
            return (null, "answered something else than {\"scores\": [number, ...]}", false);
        }
    }

    private sealed record Answer(IReadOnlyList<double>? Scores);
}
