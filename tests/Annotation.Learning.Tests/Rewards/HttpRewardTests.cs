using System.Net;
using System.Text;
using Annotation.Learning.PolicyGradients;
using Annotation.Learning.Rewards;
using Annotation.Learning.Text;
using Xunit;

namespace Annotation.Learning.Tests.Rewards;

/// <summary>A real server on this machine that answers as the test says.</summary>
public sealed class HttpRewardTests : IDisposable
{
    private static readonly RewardLimits _limits = new(TimeSpan.FromSeconds(20), Megabytes: null, Retries: 2, FailedScore: null);
    private static readonly IReadOnlyList<Rollout> _rollouts =
    [
        .. new[] { "a", "bcd" }.Select(text => new Rollout([new Message("user", "q")], [1], [2], true, text)),
    ];

    private readonly HttpListener _server = new();
    private readonly Uri _address;
    private readonly HttpClient _http = new();
    private readonly List<(string Body, string? Token)> _asked = [];

    public HttpRewardTests()
    {
        using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        _address = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/score/");
        probe.Stop();
        _server.Prefixes.Add(_address.ToString());
        _server.Start();
    }

    public void Dispose()
    {
        _server.Close();
        _http.Dispose();
    }

    [Fact]
    public void Completions_go_out_and_scores_come_back_in_their_order()
    {
        Answer((200, """{"scores": [0.5, -1]}"""));
        Assert.Equal([0.5, -1], new HttpReward(_http, _address, "token", _limits).Score(_rollouts, TestContext.Current.CancellationToken));
        Assert.Equal(
            """{"completions":[{"prompt":[{"role":"user","content":"q"}],"completion":"a"},{"prompt":[{"role":"user","content":"q"}],"completion":"bcd"}]}""",
            _asked[0].Body
        );
        Assert.Equal("Bearer token", _asked[0].Token);
    }

    [Fact]
    public void What_may_pass_is_tried_again_and_what_may_not_is_not()
    {
        Answer((503, ""), (429, ""), (200, """{"scores": [1, 2]}"""), (401, ""));
        var source = new HttpReward(_http, _address, null, _limits);
        Assert.Equal([1, 2], source.Score(_rollouts, TestContext.Current.CancellationToken));
        Assert.Equal(3, _asked.Count);
        var problem = Assert.Throws<RewardSourceException>(() => source.Score(_rollouts, TestContext.Current.CancellationToken));
        Assert.Contains("answered 401 (1 attempts)", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"scores": [1]}""", "1 scores for 2 completions")]
    [InlineData("""{"scores": ["x", 2]}""", "something else than")]
    [InlineData("oops", "something else than")]
    public void A_wrong_answer_is_told_or_penalised(string answer, string sentence)
    {
        Answer((200, answer), (200, answer));
        var problem = Assert.Throws<RewardSourceException>(() =>
            new HttpReward(_http, _address, null, _limits).Score(_rollouts, TestContext.Current.CancellationToken)
        );
        Assert.Contains(sentence, problem.Message, StringComparison.Ordinal);
        var lenient = new HttpReward(_http, _address, null, _limits with { FailedScore = -1 });
        Assert.Equal([-1, -1], lenient.Score(_rollouts, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_server_that_says_nothing_is_given_up_in_time()
    {
        var source = new HttpReward(_http, _address, null, _limits with { TimeLimit = TimeSpan.FromSeconds(0.3), Retries = 1 });
        var problem = Assert.Throws<RewardSourceException>(() => source.Score(_rollouts, TestContext.Current.CancellationToken));
        Assert.Contains("did not answer within 0.3 s (2 attempts)", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_weighted_sum_adds_its_parts()
    {
        Answer((200, """{"scores": [1, 2]}"""));
        var sum = new WeightedReward([
            (0.5, new HttpReward(_http, _address, null, _limits)),
            (-2, new FunctionReward((_, text) => text.Length)),
        ]);
        Assert.Equal([0.5 - 2, 1 - 6], sum.Score(_rollouts, TestContext.Current.CancellationToken));
    }

    private void Answer(params (int Status, string Body)[] answers) =>
        _ = Task.Run(async () =>
        {
            foreach (var (status, body) in answers)
            {
                var context = await _server.GetContextAsync();
                using var reader = new StreamReader(context.Request.InputStream);
                _asked.Add((await reader.ReadToEndAsync(), context.Request.Headers["Authorization"]));
                context.Response.StatusCode = status;
                await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body));
                context.Response.Close();
            }
        });
}
