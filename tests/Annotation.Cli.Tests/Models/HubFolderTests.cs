using Annotation.Cli.Models;
using Annotation.Testing;
using Xunit;

namespace Annotation.Cli.Tests.Models;

public sealed class HubFolderTests : IAsyncLifetime
{
    private StubServer hub = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        hub = await StubServer.StartAsync(Cancellation);
        Environment.SetEnvironmentVariable("HF_ENDPOINT", hub.Address);
    }

    public ValueTask DisposeAsync()
    {
        Environment.SetEnvironmentVariable("HF_ENDPOINT", null);
        return hub.DisposeAsync();
    }

    [Fact]
    public async Task Configuration_weights_and_tokenizer_are_downloaded_and_nothing_else()
    {
        hub.On(
            "GET /api/models/owner/name",
            200,
            """{"siblings":[{"rfilename":"config.json"},{"rfilename":"model.safetensors"},{"rfilename":"pytorch_model.bin"},{"rfilename":"onnx/model.json"}]}"""
        );
        hub.On("GET /owner/name/resolve/main/config.json", 200, "{}");
        hub.On("GET /owner/name/resolve/main/model.safetensors", 200, "weights");
        string path;
        using (var folder = await HubFolder.DownloadAsync("owner/name", _ => { }, Cancellation))
        {
            path = folder.Path;
            Assert.Equal(["config.json", "model.safetensors"], Directory.GetFiles(path).Select(file => Path.GetFileName(file)).Order());
            Assert.Equal("weights", await File.ReadAllTextAsync(Path.Combine(path, "model.safetensors"), Cancellation));
        }

        Assert.False(Directory.Exists(path));
    }

    [Fact]
    public async Task A_model_that_is_not_there_is_said_to_be_so()
    {
        var failed = await Assert.ThrowsAsync<CommandFailedException>(() => HubFolder.DownloadAsync("owner/none", _ => { }, Cancellation));
        Assert.Equal($"There is no model owner/none at {hub.Address}.", failed.Message);
    }
}
