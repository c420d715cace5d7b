using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Annotation.Cli.Up;
using Annotation.Client;
using Xunit;

namespace Annotation.EndToEnd.Tests;

/// <summary>Who may reach what: every endpoint of the API has a row here, and is tried by everybody (pages: PageAccessTests of the web tests).</summary>
public sealed class AuthorizationTests
{
    private static readonly string[] Callers = ["nobody", "labeler", "engineer", "admin"];

    /// <summary>The least role that an endpoint admits; the roles after it in <see cref="Callers"/> are admitted too.</summary>
    private static readonly Dictionary<string, string> Least = new()
    {
        ["GET /api/me"] = "labeler",
        ["GET /api/antiforgery"] = "nobody",
        ["POST /api/tokens"] = "labeler",
        ["DELETE /api/tokens/{id}"] = "labeler",
        ["POST /api/labeling/next"] = "labeler",
        ["POST /api/labeling/assignments/{id}/renew"] = "labeler",
        ["POST /api/labeling/assignments/{id}/submit"] = "labeler",
        ["POST /api/labeling/assignments/{id}/skip"] = "labeler",
        ["POST /api/labeling/assignments/{id}/undo"] = "labeler",
        ["PUT /api/labeling/assignments/{id}/draft"] = "labeler",
        ["GET /api/labeling/assignments/{id}"] = "labeler",
        ["GET /api/labeling/assignments/{id}/records"] = "labeler",
        ["POST /api/labeling/assignments/{id}/ask"] = "labeler",
        ["POST /api/labeling/assignments/{id}/turns"] = "labeler",
        ["POST /api/labeling/assignments/{id}/suggestions"] = "labeler",
        ["GET /api/labeling/assignments/{id}/suggestions/{suggestion}"] = "labeler",
        ["GET /api/labeling/history"] = "labeler",
        ["GET /api/labeling/session"] = "labeler",
        ["GET /api/labeling/timesheet"] = "labeler",
        ["GET /api/labeling/timesheet.csv"] = "labeler",
        ["GET /api/labeling/settings"] = "labeler",
        ["PUT /api/labeling/settings"] = "labeler",
        ["GET /api/labeling/guideline"] = "labeler",
        ["POST /api/labeling/guideline/seen"] = "labeler",
        ["GET /api/labeling/inbox"] = "labeler",
        ["GET /api/labeling/inbox/unread"] = "labeler",
        ["POST /api/labeling/inbox/{id}/read"] = "labeler",
        ["PUT /api/projects/{p}/guideline"] = "engineer",
        ["GET /api/projects/{p}/inquiries"] = "engineer",
        ["POST /api/projects/{p}/inquiries/{id}/answer"] = "engineer",
        ["GET /api/projects/{p}/distribution"] = "engineer",
        ["PUT /api/projects/{p}/distribution"] = "engineer",
        ["GET /api/projects/{p}/late"] = "engineer",
        ["POST /api/projects/{p}/tasks/assign"] = "engineer",
        ["POST /api/projects/{p}/tasks/retract"] = "admin",
        ["GET /api/tasks/check"] = "engineer",
        ["GET /api/teams"] = "engineer",
        ["PUT /api/teams/{name}"] = "admin",
        ["GET /api/projects/{p}/signals"] = "engineer",
        ["GET /api/projects"] = "engineer",
        ["POST /api/projects"] = "engineer",
        ["GET /api/projects/{p}"] = "engineer",
        ["PATCH /api/projects/{p}"] = "engineer",
        ["GET /api/projects/{p}/questionnaire"] = "engineer",
        ["PUT /api/projects/{p}/questionnaire"] = "engineer",
        ["GET /api/projects/{p}/questionnaire/versions"] = "engineer",
        ["POST /api/projects/{p}/import/prompts"] = "engineer",
        ["POST /api/projects/{p}/best-of"] = "engineer",
        ["POST /api/projects/{p}/import/demonstrations"] = "engineer",
        ["POST /api/projects/{p}/import/preferences"] = "engineer",
        ["POST /api/projects/{p}/import/tasks"] = "engineer",
        ["GET /api/projects/{p}/export/preferences"] = "engineer",
        ["GET /api/projects/{p}/export/demonstrations"] = "engineer",
        ["GET /api/projects/{p}/sets"] = "engineer",
        ["POST /api/projects/{p}/sets"] = "engineer",
        ["GET /api/projects/{p}/sets/{set}"] = "engineer",
        ["POST /api/projects/{p}/runs"] = "engineer",
        ["POST /api/projects/{p}/tasks/generate"] = "engineer",
        ["POST /api/projects/{p}/tasks/demonstrations"] = "engineer",
        ["POST /api/projects/{p}/tasks/dialogues"] = "engineer",
        ["GET /api/runs"] = "engineer",
        ["GET /api/runs/{r}"] = "engineer",
        ["GET /api/runs/{r}/metrics"] = "engineer",
        ["POST /api/runs/{r}/cancel"] = "engineer",
        ["POST /api/runs/{r}/pause"] = "engineer",
        ["POST /api/runs/{r}/resume"] = "engineer",
        ["GET /api/models"] = "engineer",
        ["POST /api/models"] = "engineer",
        ["GET /api/models/{m}"] = "engineer",
        ["GET /api/models/{m}/files"] = "engineer",
        ["POST /api/models/{m}/promote"] = "engineer",
        ["POST /api/generate"] = "engineer",
        ["POST /api/evaluate"] = "engineer",
        ["GET /api/workers"] = "engineer",
        ["GET /api/queues"] = "admin",
        ["GET /api/people"] = "admin",
        ["POST /api/people"] = "admin",
        ["POST /api/people/{id}/roles"] = "admin",
    };

    [Fact]
    public async Task Every_endpoint_admits_the_roles_of_its_row_and_no_others()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var platform = await RunningPlatform.StartAsync(cancellation);
        var admin = FirstAdmin.Read(Path.Combine(platform.DataFolder, "admin.json"))!;
        using var asAdmin = new AnnotationClient(admin.Server, admin.Token);
        var labeler = await asAdmin.Accounts.CreatePersonAsync(new("lena", "Lena", ["labeler"]), cancellation);
        var engineer = await asAdmin.Accounts.CreatePersonAsync(new("emil", "Emil", ["engineer"]), cancellation);
        var tokens = new Dictionary<string, string?>
        {
            ["nobody"] = null,
            ["labeler"] = (await asAdmin.Accounts.IssueTokenAsync(new("t", labeler.Id), cancellation)).Token,
            ["engineer"] = (await asAdmin.Accounts.IssueTokenAsync(new("t", engineer.Id), cancellation)).Token,
            ["admin"] = admin.Token,
        };
        using var http = new HttpClient { BaseAddress = platform.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", admin.Token);
        var document = await http.GetFromJsonAsync<JsonElement>("openapi/v1.json", cancellation);
        http.DefaultRequestHeaders.Authorization = null;
        var endpoints = document
            .GetProperty("paths")
            .EnumerateObject()
            .SelectMany(path =>
                path.Value.EnumerateObject()
                    .Where(verb => verb.Name != "parameters")
                    .Select(verb => $"{verb.Name.ToUpperInvariant()} {path.Name.TrimEnd('/')}")
            )
            .ToList();
        Assert.Equal(Least.Keys.Order(), endpoints.Order());

        foreach (var (endpoint, least) in Least)
        {
            foreach (var caller in Callers)
            {
                var status = await StatusAsync(http, endpoint, tokens[caller], cancellation);
                var admitted = status is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden);
                var expected = Array.IndexOf(Callers, caller) >= Array.IndexOf(Callers, least);
                Assert.True(admitted == expected, $"{endpoint} answers {(int)status} to {caller}");
            }
        }
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, string endpoint, string? token, CancellationToken cancellation)
    {
        var parts = endpoint.Split(' ');
        var path = parts[1]
            .Replace("{id}", Guid.Empty.ToString(), StringComparison.Ordinal)
            .Replace("{suggestion}", Guid.Empty.ToString(), StringComparison.Ordinal)
            .Replace("{r}", "999999", StringComparison.Ordinal)
            .Replace("{p}", "none", StringComparison.Ordinal)
            .Replace("{m}", "none", StringComparison.Ordinal)
            .Replace("{name}", "none", StringComparison.Ordinal)
            .Replace("{set}", "1", StringComparison.Ordinal);
        using var request = new HttpRequestMessage(new HttpMethod(parts[0]), path);
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (parts[0] is "POST" or "PATCH" or "PUT")
        {
            request.Content = JsonContent.Create(new { });
        }

        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        return answer.StatusCode;
    }
}
