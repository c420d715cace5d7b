using Annotation.Client.Contracts;
using Microsoft.AspNetCore.Diagnostics;

namespace Annotation.Web.Hosting;

/// <summary>Answers a failed request of the API with one sentence; what happened inside goes to the log only.</summary>
internal sealed class FailureResponses(ILogger<FailureResponses> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var bad = exception as BadHttpRequestException;
        context.Response.StatusCode = bad?.StatusCode ?? StatusCodes.Status500InternalServerError;
        if (bad is null)
        {
            logger.LogError(exception, "{Method} {Path} failed", context.Request.Method, context.Request.Path);
        }

        if (context.Request.Path.StartsWithSegments("/api"))
        {
            await context.Response.WriteAsJsonAsync(
                bad is null
                    ? new Refusal("failure", $"The server failed on this request; its log says why under {context.TraceIdentifier}.")
                    : new Refusal("bad-request", Sentence(bad)),
                cancellationToken
            );
        }

        return true;
    }

    /// <summary>The innermost message says which field of the JSON is wrong, the outer one only that it is.</summary>
    private static string Sentence(BadHttpRequestException bad)
    {
        var inner = bad.InnerException?.Message.ReplaceLineEndings(" ");
        return inner is null ? bad.Message : $"{bad.Message} {inner}";
    }
}
