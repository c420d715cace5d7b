using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Annotation.Domain.Accounts;
using Annotation.Testing;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Annotation.Web.Tests;

/// <summary>
/// The real web application on a real database of its own (<c>IClassFixture&lt;WebServer&gt;</c>), asked over HTTP as
/// browsers and programs do.
/// </summary>
public sealed partial class WebServer : IAsyncLifetime
{
    private readonly string _artifacts = Path.Combine(Path.GetTempPath(), $"annotation-web-{Guid.NewGuid():N}");
    private WebApplicationFactory<Program>? _factory;

    /// <summary>The database behind the server, with the use cases on it.</summary>
    public PostgresFixture Postgres { get; } = new();

    private WebApplicationFactory<Program> Factory =>
        _factory ??= new WebApplicationFactory<Program>().WithWebHostBuilder(builder =>
        {
            builder.UseSetting("ConnectionStrings:Annotation", Postgres.ConnectionString);
            builder.UseSetting("Annotation:Artifacts", _artifacts);
            builder.ConfigureLogging(logging => logging.ClearProviders());
        });

    /// <summary>A caller whom nobody knows.</summary>
    public HttpClient Anonymous() => Factory.CreateClient(new() { AllowAutoRedirect = false });

    /// <summary>A program that acts as this person, by token.</summary>
    public async Task<HttpClient> ProgramOfAsync(Guid personId, CancellationToken cancellationToken)
    {
        var token = await Postgres.Get<IssueApiToken>().RunAsync(personId, "test", lifetime: null, cancellationToken);
        var http = Anonymous();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.Value!.Text);
        return http;
    }

    /// <summary>A program that acts as a new person with these roles.</summary>
    public async Task<HttpClient> ProgramOfAsync(CancellationToken cancellationToken, params string[] roles) =>
        await ProgramOfAsync(await Postgres.PersonAsync(cancellationToken, roles), cancellationToken);

    /// <summary>A browser in which a new person with these roles has signed in by the form.</summary>
    public async Task<HttpClient> BrowserOfAsync(CancellationToken cancellationToken, params string[] roles)
    {
        var name = $"person-{Guid.NewGuid():N}";
        await Postgres
            .Get<CreatePerson>()
            .RunAsync(name, name, Given.Password, roles is [] ? [Roles.Labeler] : roles, createdBy: null, cancellationToken);
        var browser = Anonymous();
        var form = await browser.GetStringAsync("/sign-in", cancellationToken);
        var fields = new Dictionary<string, string>
        {
            ["_handler"] = "sign-in",
            ["__RequestVerificationToken"] = FormToken().Match(form).Groups[1].Value,
            ["Form.UserName"] = name,
            ["Form.Password"] = Given.Password,
        };
        using var content = new FormUrlEncodedContent(fields);
        using var answer = await browser.PostAsync("/sign-in", content, cancellationToken);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return browser;
    }

    public async ValueTask InitializeAsync()
    {
        await Postgres.InitializeAsync();
        Directory.CreateDirectory(_artifacts);
    }

    public async ValueTask DisposeAsync()
    {
        if (_factory is not null)
        {
            await _factory.DisposeAsync();
        }

        await Postgres.DisposeAsync();
        Directory.Delete(_artifacts, recursive: true);
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex FormToken();
}
