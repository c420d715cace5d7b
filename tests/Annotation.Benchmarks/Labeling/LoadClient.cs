using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Annotation.Benchmarks.Labeling;

/// <summary>A labeler's program: as little as possible between it and the wire, so that the server is what is measured.</summary>
public sealed class LoadClient(HttpClient http, LoadLabeler labeler, Guid project)
{
    private static readonly MediaTypeHeaderValue JsonType = new("application/json");
    private readonly AuthenticationHeaderValue _authorization = new("Bearer", labeler.Token);

    /// <summary>Asks for the next task; null when there is none.</summary>
    /// <exception cref="HttpRequestException">The server is gone, or answers with a failure.</exception>
    public async Task<LoadTask?> ClaimAsync(Uri server, CancellationToken cancellation)
    {
        using var answer = await SendAsync(new Uri(server, $"api/labeling/next?project={project}"), body: null, cancellation);
        if (answer.StatusCode == HttpStatusCode.NoContent)
        {
            return null;
        }

        answer.EnsureSuccessStatusCode();
        using var task = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation));
        return new LoadTask(
            task.RootElement.GetProperty("assignmentId").GetGuid(),
            task.RootElement.GetProperty("leaseVersion").GetInt32(),
            [.. task.RootElement.GetProperty("completions").EnumerateArray().Select(c => c.GetProperty("id").GetGuid())]
        );
    }

    /// <summary>Submits a ranking under a key; the refusal's code, or null when it is stored.</summary>
    /// <exception cref="HttpRequestException">The server is gone, or answers with a failure.</exception>
    public Task<string?> SubmitAsync(Uri server, LoadTask task, Guid key, bool backwards, CancellationToken cancellation)
    {
        var ids = backwards ? task.Completions.Reverse() : task.Completions;
        var ranks = string.Join(',', ids.Select((id, i) => $"\"{id}\":{i + 1}"));
        return RefusalAsync(
            new Uri(server, $"api/labeling/assignments/{task.AssignmentId}/submit"),
            $$$"""{"submissionKey":"{{{key}}}","leaseVersion":{{{task.LeaseVersion}}},"activeMilliseconds":1000,"answers":{"overall":{"kind":"ranking","ranks":{ {{{ranks}}} } } } }""",
            cancellation
        );
    }

    /// <summary>Takes a submission back; the refusal's code, or null when it is taken back.</summary>
    /// <exception cref="HttpRequestException">The server is gone, or answers with a failure.</exception>
    public Task<string?> UndoAsync(Uri server, LoadTask task, CancellationToken cancellation) =>
        RefusalAsync(
            new Uri(server, $"api/labeling/assignments/{task.AssignmentId}/undo"),
            $$"""{"leaseVersion":{{task.LeaseVersion}}}""",
            cancellation
        );

    /// <summary>Says that the person is at it still; the refusal's code, or null when the lease is prolonged.</summary>
    /// <exception cref="HttpRequestException">The server is gone, or answers with a failure.</exception>
    public Task<string?> RenewAsync(Uri server, LoadTask task, CancellationToken cancellation) =>
        RefusalAsync(
            new Uri(server, $"api/labeling/assignments/{task.AssignmentId}/renew"),
            $$"""{"leaseVersion":{{task.LeaseVersion}}}""",
            cancellation
        );

    /// <summary>Gives the task back; the refusal's code, or null when others can have it.</summary>
    /// <exception cref="HttpRequestException">The server is gone, or answers with a failure.</exception>
    public Task<string?> SkipAsync(Uri server, LoadTask task, CancellationToken cancellation) =>
        RefusalAsync(
            new Uri(server, $"api/labeling/assignments/{task.AssignmentId}/skip"),
            $$"""{"leaseVersion":{{task.LeaseVersion}},"reason":"by the load"}""",
            cancellation
        );

    private async Task<string?> RefusalAsync(Uri address, string body, CancellationToken cancellation)
    {
        using var answer = await SendAsync(address, body, cancellation);
        if (answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Conflict or HttpStatusCode.NotFound)
        {
            using var refusal = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation));
            return refusal.RootElement.GetProperty("code").GetString();
        }

        answer.EnsureSuccessStatusCode();
        // Read to its end, so that the answer has come whole and the connection can be used again.
        await answer.Content.ReadAsByteArrayAsync(cancellation);
        return null;
    }

    private async Task<HttpResponseMessage> SendAsync(Uri address, string? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Headers = { Authorization = _authorization } };
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = JsonType } };
        }

        return await http.SendAsync(request, cancellation);
    }
}

/// <summary>A task as a labeler's program needs it.</summary>
public sealed record LoadTask(Guid AssignmentId, int LeaseVersion, IReadOnlyList<Guid> Completions);
