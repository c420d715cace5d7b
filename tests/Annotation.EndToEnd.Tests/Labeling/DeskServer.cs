using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Annotation.Cli.Up;
using Annotation.Domain.Accounts;
using Annotation.Domain.Projects;
using Annotation.Domain.Questions;
using Annotation.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using Xunit;

namespace Annotation.EndToEnd.Tests.Labeling;

/// <summary>
/// The real web process on a real database, and a browser, for tests of the labelers' desk
/// (<c>IClassFixture&lt;DeskServer&gt;</c>). The process can be killed and started again on the same port.
/// </summary>
public sealed class DeskServer : IAsyncLifetime
{
    private readonly string _artifacts = Path.Combine(Path.GetTempPath(), $"annotation-desk-{Guid.NewGuid():N}");
    private LabelerBrowser? _browser;
    private Process? _web;
    private Arrival? _usual;

    /// <summary>The database behind the server, with the use cases on it.</summary>
    public PostgresFixture Postgres { get; } = new();

    /// <summary>Where the web process listens.</summary>
    public Uri Address { get; } = new($"http://localhost:{FreePort()}");

    /// <summary>A project that asks these questions, with so many tasks about so many completions each (0: demonstrations).</summary>
    public async Task<Guid> ProjectAsync(int tasks, int completions, params Question[] questions)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var criteria = questions.Select(q => q.RankedCriterion).OfType<string>().Where(c => c != Criterion.Overall).Distinct();
        var project = await Postgres.ProjectAsync(cancellation, settings: null, [.. criteria]);
        if (questions.Length > 0)
        {
            var saved = await Postgres.Get<SaveQuestionnaire>().RunAsync(project, questions, null, null, cancellation);
            Assert.True(saved.Succeeded, saved.Succeeded ? "" : saved.Refusal.Sentence);
        }

        for (var task = 0; task < tasks; task++)
        {
            var texts = Enumerable.Range(1, completions).Select(n => $"Task {task + 1} says **{n}**: a text of its own.");
            await Postgres.TaskAsync(project, cancellation, texts: [.. texts]);
        }

        return project;
    }

    /// <summary>The labeler of this class, in a new tab at the desk of a project.</summary>
    public async Task<Desk> SitDownAsync(Guid project)
    {
        _usual ??= await ArriveAsync();
        var tab = await _usual.Page.Context.NewPageAsync();
        await _usual.Page.CloseAsync();
        _usual = _usual with { Page = tab };
        return await SitDownAsync(project, tab, _usual.Person);
    }

    /// <summary>A new labeler, signed in with a browser of their own, at the desk of a project.</summary>
    public async Task<Desk> ArriveAsync(Guid project, Uri? address = null, BrowserNewContextOptions? options = null)
    {
        var (page, person) = await ArriveAsync(address, options);
        return await SitDownAsync(project, page, person);
    }

    private async Task<Arrival> ArriveAsync(Uri? address = null, BrowserNewContextOptions? options = null)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var name = $"person-{Guid.NewGuid():N}";
        var person = await Postgres.Get<CreatePerson>().RunAsync(name, name, Given.Password, [Roles.Labeler], null, cancellation);
        return new Arrival(await _browser!.SignInAsync(address ?? Address, name, Given.Password, options), person.Value);
    }

    private async Task<Desk> SitDownAsync(Guid project, IPage page, Guid person)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var desk = new Desk(page, Postgres, project, person);
        await using var db = Postgres.CreateContext();
        var projectName = await db.Projects.Where(p => p.Id == project).Select(p => p.Name).SingleAsync(cancellation);
        await page.GotoAsync($"/label?project={projectName}");
        return desk;
    }

    /// <summary>A new person with this role, signed in with a browser of their own.</summary>
    public async Task<IPage> SignInAsync(string role, BrowserNewContextOptions options)
    {
        var name = $"person-{Guid.NewGuid():N}";
        await Postgres.Get<CreatePerson>().RunAsync(name, name, Given.Password, [role], null, TestContext.Current.CancellationToken);
        return await _browser!.SignInAsync(Address, name, Given.Password, options);
    }

    /// <summary>Ends the web process at once, as a crash does.</summary>
    public async Task KillAsync()
    {
        _web!.Kill(entireProcessTree: true);
        await _web.WaitForExitAsync();
        _web.Dispose();
    }

    /// <summary>Starts the web process and waits until it answers.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo(
            BuiltPrograms.Find(Path.Combine(AppContext.BaseDirectory, "..", "..", "Annotation.Cli", Configuration())).Web
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.WorkingDirectory = Path.GetDirectoryName(start.FileName)!;
        start.Environment["ConnectionStrings__Annotation"] = Postgres.ConnectionString;
        start.Environment["Annotation__Artifacts"] = _artifacts;
        start.Environment["Logging__LogLevel__Default"] = "Error";
        start.Environment["ASPNETCORE_URLS"] = Address.ToString();
        _web = Process.Start(start)!;
        var said = new ConcurrentQueue<string?>();
        _web.OutputDataReceived += (_, line) => said.Enqueue(line.Data);
        _web.ErrorDataReceived += (_, line) => said.Enqueue(line.Data);
        _web.BeginOutputReadLine();
        _web.BeginErrorReadLine();
        using var http = new HttpClient { BaseAddress = Address };
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!await AnswersAsync(http, limit.Token))
        {
            Assert.False(_web.HasExited, $"The web process ended before it was ready:\n{string.Join('\n', said)}");
            await Task.Delay(50, limit.Token);
        }
    }

    public async ValueTask InitializeAsync()
    {
        await Postgres.InitializeAsync();
        _browser = await LabelerBrowser.StartAsync();
        Directory.CreateDirectory(_artifacts);
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        await Postgres.DisposeAsync();
        Directory.Delete(_artifacts, recursive: true);
    }

    private static async Task<bool> AnswersAsync(HttpClient http, CancellationToken cancellation)
    {
        try
        {
            using var answer = await http.GetAsync("/health/ready", cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    // artifacts/bin/<project>/<configuration>: the programs beside us were built in the same configuration.
    private static string Configuration() => new DirectoryInfo(AppContext.BaseDirectory).Name;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed record Arrival(IPage Page, Guid Person);
}
