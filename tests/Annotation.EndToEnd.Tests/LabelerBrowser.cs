using Microsoft.Playwright;
using Xunit;

namespace Annotation.EndToEnd.Tests;

/// <summary>A person at a browser: headless Chromium of the machine, driven by keyboard.</summary>
public sealed class LabelerBrowser : IAsyncDisposable
{
    private static readonly string[] Places = ["chromium", "chromium-browser", "google-chrome"];

    private static readonly string[] Arguments =
    [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ];

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private LabelerBrowser(IPlaywright playwright, IBrowser browser)
    {
        _playwright = playwright;
        _browser = browser;
    }

    /// <summary>Starts the browser; skips the test on a machine without one, fails it where CI=true.</summary>
    public static async Task<LabelerBrowser> StartAsync()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .SelectMany(folder => Places.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
        if (path is null)
        {
            const string Sentence = "Chromium is not installed; deploy/test.sh installs it.";
            Assert.SkipWhen(Environment.GetEnvironmentVariable("CI") != "true", Sentence);
            Assert.Fail(Sentence);
        }

        // Far above what anything takes; a machine that does much else at the same time must not fail a test.
        Assertions.SetDefaultExpectTimeout(30_000);
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Args = Arguments });
        return new LabelerBrowser(playwright, browser);
    }

    /// <summary>Signs a person in, in a context of their own, and returns the page that they land on.</summary>
    public async Task<IPage> SignInAsync(Uri server, string userName, string password, BrowserNewContextOptions? options = null)
    {
        var context = await _browser.NewContextAsync(new(options ?? new()) { BaseURL = server.ToString() });
        var page = await context.NewPageAsync();
        await page.GotoAsync("/sign-in");
        await page.FillAsync("#user", userName);
        await page.FillAsync("#password", password);
        await page.PressAsync("#password", "Enter");
        // The answer's first byte brings the cookie; what the page then shows, its test waits for.
        await page.WaitForURLAsync(url => !url.Contains("/sign-in", StringComparison.Ordinal), new() { WaitUntil = WaitUntilState.Commit });
        return page;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
