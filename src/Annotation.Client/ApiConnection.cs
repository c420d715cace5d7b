using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Annotation.Client.Contracts;

namespace Annotation.Client;

/// <summary>Sends requests to one server and turns its refusals into <see cref="AnnotationException"/>.</summary>
public sealed class ApiConnection : IDisposable
{
    /// <summary>The JSON of the wire types.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { AllowOutOfOrderMetadataProperties = true };

    // For requests whose bodies are small; uploads and downloads last as long as they last.
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(100);

    private readonly HttpClient http;
    private readonly string server;

    /// <summary>Speaks to a server as the owner of a token.</summary>
    /// <param name="server">Its address, for instance http://localhost:5080.</param>
    /// <param name="token">An API token; null: as nobody.</param>
    public ApiConnection(string server, string? token)
    {
        if (!Uri.TryCreate(server, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new AnnotationException($"`{server}` is not a server's address: write it like http://localhost:5080.", "server-address");
        }

        this.server = server.TrimEnd('/');
        http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(10) })
        {
            BaseAddress = new Uri(this.server + "/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        if (token is not null)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    /// <summary>Asks for a document.</summary>
    public Task<T> GetAsync<T>(string path, CancellationToken cancellation) => SendAsync<T>(HttpMethod.Get, path, body: null, cancellation);

    /// <summary>Sends a document, or nothing, and reads the answer's document.</summary>
    public async Task<T> SendAsync<T>(HttpMethod method, string path, object? body, CancellationToken cancellation) =>
        await SendOrNothingAsync<T>(method, path, body, cancellation)
        ?? throw new AnnotationException($"{server}/{path} answered with nothing.", "empty-answer");

    /// <summary>Like <see cref="SendAsync{T}"/>, where an answer without content is null.</summary>
    public async Task<T?> SendOrNothingAsync<T>(HttpMethod method, string path, object? body, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(AnswerTime);
        try
        {
            var content = body is null ? null : JsonContent.Create(body, body.GetType(), options: Json);
            using var response = await SendContentAsync(method, path, content, limit.Token);
            return await ReadAsync<T>(response, limit.Token);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new AnnotationException($"{server} did not answer in {AnswerTime.TotalSeconds} s.", "unreachable", e);
        }
    }

    /// <summary>Sends content of any length and reads the answer's document.</summary>
    public async Task<T> UploadAsync<T>(string path, HttpContent content, CancellationToken cancellation)
    {
        using var response = await SendContentAsync(HttpMethod.Post, path, content, cancellation);
        return await ReadAsync<T>(response, cancellation)
            ?? throw new AnnotationException($"{server}/{path} answered with nothing.", "empty-answer");
    }

    /// <summary>Asks for content of any length; the caller reads and disposes the answer.</summary>
    public Task<HttpResponseMessage> DownloadAsync(string path, CancellationToken cancellation) =>
        SendContentAsync(HttpMethod.Get, path, content: null, cancellation);

    /// <summary>Whether a path answers with a success.</summary>
    public async Task<bool> AnswersAsync(string path, CancellationToken cancellation)
    {
        try
        {
            using var response = await http.GetAsync(path, cancellation);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private async Task<HttpResponseMessage> SendContentAsync(
        HttpMethod method,
        string path,
        HttpContent? content,
        CancellationToken cancellation
    )
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (HttpRequestException e) when (e.InnerException is AnnotationException refused)
        {
            throw refused;
        }
        catch (HttpRequestException e)
        {
            throw new AnnotationException(
                $"Nothing answers at {server}: start it with `annotation up`, or name another server with --server ({e.Message}).",
                "unreachable",
                e
            );
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw await RefusalAsync(response, cancellation);
        }
    }

    private static async Task<T?> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.StatusCode == HttpStatusCode.NoContent || response.Content.Headers.ContentLength == 0)
        {
            return default;
        }

        try
        {
            return await response.Content.ReadFromJsonAsync<T>(Json, cancellation);
        }
        catch (Exception e) when (e is JsonException or HttpRequestException or IOException)
        {
            throw new AnnotationException(
                $"The answer of {response.RequestMessage?.RequestUri} is not what this version understands ({e.Message}).",
                "bad-answer",
                e
            );
        }
    }

    private async Task<AnnotationException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var text = await response.Content.ReadAsStringAsync(cancellation);
        try
        {
            if (JsonSerializer.Deserialize<Refusal>(text, Json) is { Sentence: { Length: > 0 } sentence } refusal)
            {
                return new AnnotationException(sentence, refusal.Code ?? "refused");
            }
        }
        catch (JsonException)
        {
            // Not the platform's own words: a proxy's page, or a fault; the status says it.
        }

        var code = $"http-{(int)response.StatusCode}";
        var path = response.RequestMessage?.RequestUri?.AbsolutePath;
        return new AnnotationException(
            response.StatusCode switch
            {
                HttpStatusCode.Unauthorized => $"{server} wants a token that it knows: give one with --token or ANNOTATION_TOKEN.",
                HttpStatusCode.Forbidden => $"This token's owner may not do that ({path}): ask an admin for the role.",
                HttpStatusCode.NotFound => $"{server} has nothing at {path}.",
                _ => $"{server} failed with status {(int)response.StatusCode} at {path}; its log says more.",
            },
            code
        );
    }
}
