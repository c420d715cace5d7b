using System.Net;
using System.Net.Http.Headers;

namespace Annotation.Cli.Models;

/// <summary>
/// Follows the hub's redirections. The token goes along as long as scheme, host and port are the same, as the hub asks for it there too; to
/// another host, which stores the files, it never goes.
/// </summary>
internal sealed class HubRedirects(string? token) : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false })
{
    private const int Most = 10;

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var first = request.RequestUri!;
        var address = first;
        for (var count = 0; ; count++)
        {
            // What was sent once cannot be sent again.
            var next = new HttpRequestMessage(request.Method, address);
            foreach (var header in request.Headers)
            {
                next.Headers.TryAddWithoutValidation(header.Key, header.Value);
            }
            if (token is not null && IsSamePlace(first, address))
            {
                next.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            }
            var answer = await base.SendAsync(next, cancellationToken);
            if (!IsRedirection(answer.StatusCode) || answer.Headers.Location is not { } location || count == Most)
            {
                return answer;
            }
            answer.Dispose();
            address = new Uri(address, location);
        }
    }

    private static bool IsRedirection(HttpStatusCode status) =>
        status
            is HttpStatusCode.MovedPermanently
                or HttpStatusCode.Found
                or HttpStatusCode.SeeOther
                or HttpStatusCode.TemporaryRedirect
                or HttpStatusCode.PermanentRedirect;

    private static bool IsSamePlace(Uri a, Uri b) => a.Scheme == b.Scheme && a.Authority == b.Authority;
}
