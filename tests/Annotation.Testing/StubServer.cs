using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Annotation.Testing;

/// <summary>
/// A server on a free port of this machine that answers as a test says and keeps what it was asked, for clients' tests.
/// </summary>
public sealed class StubServer : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly ConcurrentDictionary<string, Func<HttpContext, Task>> answers = new();
    private readonly ConcurrentQueue<StubRequest> requests = new();

    private StubServer(WebApplication application) => this.application = application;

    /// <summary>Its address.</summary>
    public string Address => application.Urls.First();

    /// <summary>Everything it was asked, in order.</summary>
    public IReadOnlyList<StubRequest> Requests => [.. requests];

    /// <summary>Starts a server that answers 404 to everything.</summary>
    public static async Task<StubServer> StartAsync(CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var application = builder.Build();
        application.Urls.Add("http://127.0.0.1:0");
        var server = new StubServer(application);
        application.Run(server.AnswerAsync);
        await application.StartAsync(cancellation);
        return server;
    }

    /// <summary>Answers a request with a status and a body, for instance `POST /api/projects`.</summary>
    public void On(string methodAndPath, int status, string body) =>
        On(
            methodAndPath,
            context =>
            {
                context.Response.StatusCode = status;
                return status == StatusCodes.Status204NoContent ? Task.CompletedTask : context.Response.WriteAsync(body);
            }
        );

    /// <summary>Answers a request freely.</summary>
    public void On(string methodAndPath, Func<HttpContext, Task> answer) => answers[methodAndPath] = answer;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => application.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        requests.Enqueue(
            new StubRequest(
                context.Request.Method,
                path,
                context.Request.QueryString.Value ?? "",
                context.Request.Headers.Authorization.ToString(),
                body.ToArray()
            )
        );
        if (answers.TryGetValue($"{context.Request.Method} {path}", out var answer))
        {
            await answer(context);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }
}

/// <summary>A request that a <see cref="StubServer"/> got.</summary>
public sealed record StubRequest(string Method, string Path, string Query, string Authorization, byte[] Body)
{
    /// <summary>The body as text.</summary>
    public string Text => System.Text.Encoding.UTF8.GetString(Body);
}
