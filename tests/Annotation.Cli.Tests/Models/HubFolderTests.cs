using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Annotation.Cli.Models;
using Annotation.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Annotation.Cli.Tests.Models;

/// <summary>Downloads from a small server that behaves as the hub does, and as it should not.</summary>
public sealed class HubFolderTests : IAsyncLifetime
{
    private const string Revision = "0123456789abcdef0123456789abcdef01234567";
    private static readonly byte[] _weights = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 31))];
    private readonly DirectoryInfo cache = Directory.CreateTempSubdirectory("annotation-test-");
    private StubServer hub = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        hub = await StubServer.StartAsync(Cancellation);
        Environment.SetEnvironmentVariable("HF_ENDPOINT", hub.Address);
        Environment.SetEnvironmentVariable("XDG_CACHE_HOME", cache.FullName);
        List(Convert.ToHexStringLower(SHA256.HashData(_weights)));
        hub.On($"GET /owner/name/resolve/{Revision}/config.json", 200, "{}");
    }

    public ValueTask DisposeAsync()
    {
        Environment.SetEnvironmentVariable("HF_ENDPOINT", null);
        Environment.SetEnvironmentVariable("HF_TOKEN", null);
        Environment.SetEnvironmentVariable("XDG_CACHE_HOME", null);
        cache.Delete(recursive: true);
        return hub.DisposeAsync();
    }

    [Fact]
    public async Task Configuration_weights_and_tokenizer_are_downloaded_and_nothing_else()
    {
        OnWeights(context => context.Response.Body.WriteAsync(_weights, Cancellation).AsTask());
        string path;
        using (var folder = await HubFolder.DownloadAsync("owner/name", _ => { }, Cancellation))
        {
            path = folder.Path;
            Assert.Equal(["config.json", "model.safetensors"], Directory.GetFiles(path).Select(file => Path.GetFileName(file)).Order());
            Assert.Equal(_weights, await File.ReadAllBytesAsync(Path.Combine(path, "model.safetensors"), Cancellation));
            folder.Finish();
        }

        Assert.False(Directory.Exists(path));
    }

    [Fact]
    public async Task A_broken_connection_is_gone_on_with_where_it_broke()
    {
        var ranges = new List<string>();
        OnWeights(async context =>
        {
            ranges.Add(context.Request.Headers.Range.ToString());
            await SendFromAsync(context, breakAfter: ranges.Count == 1 ? 100_000 : _weights.Length);
        });
        using var folder = await HubFolder.DownloadAsync("owner/name", _ => { }, Cancellation);
        Assert.Equal(_weights, await File.ReadAllBytesAsync(Path.Combine(folder.Path, "model.safetensors"), Cancellation));
        Assert.Equal("", ranges[0]);
        Assert.Equal(2, ranges.Count);
        Assert.InRange(From(ranges[1]), 1, 100_000);
    }

    [Fact]
    public async Task The_next_command_goes_on_where_the_last_was_broken_off()
    {
        OnWeights(context => SendFromAsync(context, breakAfter: 100_000));
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            HubFolder.DownloadAsync(
                "owner/name",
                line =>
                {
                    if (line.Contains("broke off", StringComparison.Ordinal))
                    {
                        stop.Cancel();
                    }
                },
                stop.Token
            )
        );
        var range = "";
        OnWeights(context =>
        {
            range = context.Request.Headers.Range.ToString();
            return SendFromAsync(context, breakAfter: _weights.Length);
        });
        using var folder = await HubFolder.DownloadAsync("owner/name", _ => { }, Cancellation);
        Assert.InRange(From(range), 1, 100_000);
        Assert.Equal(_weights, await File.ReadAllBytesAsync(Path.Combine(folder.Path, "model.safetensors"), Cancellation));
    }

    /// <summary>The hub sends configuration files by a redirection to a path of its own, for which it wants the token again.</summary>
    [Fact]
    public async Task A_redirection_within_the_hub_is_followed_with_the_token()
    {
        var redirected = "none";
        hub.On(
            "GET /api/cache/weights",
            context =>
            {
                redirected = context.Request.Headers.Authorization.ToString();
                return SendFromAsync(context, _weights.Length);
            }
        );
        OnWeights(context =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = "/api/cache/weights";
            return Task.CompletedTask;
        });
        Environment.SetEnvironmentVariable("HF_TOKEN", "hf_secret");
        using var folder = await HubFolder.DownloadAsync("owner/name", _ => { }, Cancellation);
        Assert.Equal("Bearer hf_secret", redirected);
        Assert.Equal(_weights.Length, new FileInfo(Path.Combine(folder.Path, "model.safetensors")).Length);
    }

    [Fact]
    public async Task What_was_downloaded_stays_until_it_is_imported()
    {
        OnWeights(context => SendFromAsync(context, _weights.Length));
        string path;
        using (var folder = await HubFolder.DownloadAsync("owner/name", _ => { }, Cancellation))
        {
            path = folder.Path;
        }
        Assert.True(File.Exists(Path.Combine(path, "model.safetensors")));
        using (var again = await HubFolder.DownloadAsync("owner/name", _ => { }, Cancellation))
        {
            Assert.Equal(path, again.Path);
            again.Finish();
        }
        Assert.False(Directory.Exists(path));
    }

    [Fact]
    public async Task A_redirection_is_followed_without_the_token()
    {
        await using var store = await StubServer.StartAsync(Cancellation);
        var (asked, redirected) = ("", "none");
        store.On(
            "GET /blob",
            context =>
            {
                redirected = context.Request.Headers.Authorization.ToString();
                return SendFromAsync(context, _weights.Length);
            }
        );
        OnWeights(context =>
        {
            asked = context.Request.Headers.Authorization.ToString();
            context.Response.Redirect(store.Address + "/blob");
            return Task.CompletedTask;
        });
        Environment.SetEnvironmentVariable("HF_TOKEN", "hf_secret");
        using var folder = await HubFolder.DownloadAsync("owner/name", _ => { }, Cancellation);
        Assert.Equal(("Bearer hf_secret", ""), (asked, redirected));
        Assert.Equal(_weights.Length, new FileInfo(Path.Combine(folder.Path, "model.safetensors")).Length);
    }

    [Fact]
    public async Task Bytes_that_are_not_the_promised_ones_are_thrown_away()
    {
        OnWeights(context => context.Response.Body.WriteAsync(Array.ConvertAll(_weights, b => (byte)(b + 1)), Cancellation).AsTask());
        var failed = await Assert.ThrowsAsync<CommandFailedException>(() => HubFolder.DownloadAsync("owner/name", _ => { }, Cancellation));
        Assert.Matches("^model.safetensors has SHA-256 [0-9a-f]{64}, not [0-9a-f]{64}: it was thrown away, try again.$", failed.Message);
        Assert.Empty(cache.GetFiles("model.safetensors*", SearchOption.AllDirectories));

        // config.json is a small file, known by git's hash; here it is another's.
        hub.On($"GET /owner/name/resolve/{Revision}/config.json", 200, "[]");
        cache.GetFiles("config.json", SearchOption.AllDirectories).Single().Delete();
        failed = await Assert.ThrowsAsync<CommandFailedException>(() => HubFolder.DownloadAsync("owner/name", _ => { }, Cancellation));
        Assert.StartsWith("config.json has the git hash ", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_had_is_said_in_a_sentence()
    {
        var failed = await Assert.ThrowsAsync<CommandFailedException>(() => HubFolder.DownloadAsync("owner/none", _ => { }, Cancellation));
        Assert.Equal($"There is no model owner/none at {hub.Address}.", failed.Message);
        hub.On("GET /api/models/owner/gated", 401, "");
        failed = await Assert.ThrowsAsync<CommandFailedException>(() => HubFolder.DownloadAsync("owner/gated", _ => { }, Cancellation));
        Assert.Equal($"{hub.Address} does not let owner/gated be read: set HF_TOKEN to a token that may.", failed.Message);
        hub.On("GET /api/models/owner/pickled", 200, """{"siblings":[{"rfilename":"config.json"},{"rfilename":"pytorch_model.bin"}]}""");
        failed = await Assert.ThrowsAsync<CommandFailedException>(() => HubFolder.DownloadAsync("owner/pickled", _ => { }, Cancellation));
        Assert.StartsWith("owner/pickled has no weights as safetensors", failed.Message, StringComparison.Ordinal);
        failed = await Assert.ThrowsAsync<CommandFailedException>(() => HubFolder.DownloadAsync("../../etc", _ => { }, Cancellation));
        Assert.Equal("'../../etc' is no model of the hub: write OWNER/NAME.", failed.Message);
    }

    private void List(string sha256)
    {
#pragma warning disable CA5350 // What is not large is named as git names it.
        var small = SHA1.HashData(Encoding.ASCII.GetBytes("blob 2\0{}"));
#pragma warning restore CA5350
        hub.On(
            "GET /api/models/owner/name",
            200,
            JsonSerializer.Serialize(
                new
                {
                    sha = Revision,
                    siblings = new object[]
                    {
                        new
                        {
                            rfilename = "config.json",
                            size = 2,
                            blobId = Convert.ToHexStringLower(small),
                        },
                        new
                        {
                            rfilename = "model.safetensors",
                            size = _weights.Length,
                            blobId = "",
                            lfs = new { sha256 },
                        },
                        new { rfilename = "pytorch_model.bin" },
                        new { rfilename = "consolidated.safetensors" },
                        new { rfilename = "onnx/model.json" },
                    },
                }
            )
        );
    }

    private void OnWeights(Func<HttpContext, Task> answer) => hub.On($"GET /owner/name/resolve/{Revision}/model.safetensors", answer);

    /// <summary>Answers a range, and breaks the connection after so many bytes of the file.</summary>
    private static async Task SendFromAsync(HttpContext context, int breakAfter)
    {
        var from = From(context.Request.Headers.Range.ToString());
        context.Response.StatusCode = from > 0 ? 206 : 200;
        context.Response.ContentLength = _weights.Length - from;
        if (from > 0)
        {
            context.Response.Headers.ContentRange = $"bytes {from}-{_weights.Length - 1}/{_weights.Length}";
        }
        var end = Math.Max(from, breakAfter);
        await context.Response.Body.WriteAsync(_weights.AsMemory(from, end - from), Cancellation);
        await context.Response.Body.FlushAsync(Cancellation);
        if (end < _weights.Length)
        {
            // What was sent should arrive before the connection breaks.
            await Task.Delay(100, Cancellation);
            context.Abort();
        }
    }

    private static int From(string range) => range.Length == 0 ? 0 : int.Parse(range["bytes=".Length..].TrimEnd('-'));
}
