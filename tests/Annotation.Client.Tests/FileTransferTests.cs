using System.Formats.Tar;
using System.Text;
using Annotation.Testing;
using Xunit;

namespace Annotation.Client.Tests;

public sealed class FileTransferTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("annotation-client-").FullName;
    private StubServer server = null!;
    private AnnotationClient client = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server = await StubServer.StartAsync(Cancellation);
        client = new AnnotationClient(server.Address, "t");
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task An_import_sends_the_bytes_and_reports_each_row()
    {
        server.On(
            "POST /api/projects/p/import/preferences",
            200,
            """{"landed":1,"repeated":2,"rejected":[{"line":3,"reason":"no text"}]}"""
        );
        using var bytes = new MemoryStream("rows"u8.ToArray());
        var report = await client.Files.ImportAsync("p", "preferences", "hh-rlhf", "a b.jsonl", bytes, Cancellation);
        Assert.Equal((1, 2, 3L), (report.Landed, report.Repeated, Assert.Single(report.Rejected).Line));
        var request = Assert.Single(server.Requests);
        Assert.Equal(("?format=hh-rlhf&file=a%20b.jsonl", "rows"), (request.Query, request.Text));
    }

    [Fact]
    public async Task An_export_gives_content_snapshot_and_hash()
    {
        server.On(
            "GET /api/projects/p/export/preferences",
            async context =>
            {
                context.Response.Headers["X-Annotation-Snapshot"] = "s1";
                context.Response.Headers["X-Annotation-Hash"] = "abc";
                await context.Response.Body.WriteAsync("{}\n"u8.ToArray(), Cancellation);
            }
        );
        using var target = new MemoryStream();
        var exported = await client.Files.ExportAsync("p", "preferences", "rankings", target, Cancellation);
        Assert.Equal(new ExportedFile("s1", "abc", 3), exported);
        Assert.Equal("{}\n", Encoding.UTF8.GetString(target.ToArray()));
    }

    [Fact]
    public async Task A_model_folder_goes_as_a_tar_of_its_files_without_other_frameworks_weights()
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "config.json"), "{}", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(folder, "blob"), "weights", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(folder, "pytorch_model.bin"), "x", Cancellation);
        File.CreateSymbolicLink(Path.Combine(folder, "model.safetensors"), Path.Combine(folder, "blob"));
        await Assert.ThrowsAsync<AnnotationException>(() => client.Models.ImportAsync(folder, "m", null, Cancellation));
        var request = Assert.Single(server.Requests);
        Assert.Equal(("/api/models", "?name=m"), (request.Path, request.Query));
        var entries = new Dictionary<string, string>();
        await using var tar = new TarReader(new MemoryStream(request.Body));
        while (await tar.GetNextEntryAsync(copyData: true, Cancellation) is { } entry)
        {
            using var reader = new StreamReader(entry.DataStream!);
            entries[entry.Name] = await reader.ReadToEndAsync(Cancellation);
        }

        Assert.Equal(["blob", "config.json", "model.safetensors"], entries.Keys.Order());
        Assert.Equal("weights", entries["model.safetensors"]);
    }

    [Fact]
    public async Task A_folder_without_config_is_no_model()
    {
        var failed = await Assert.ThrowsAsync<AnnotationException>(() => client.Models.ImportAsync(folder, "m", null, Cancellation));
        Assert.Contains("config.json", failed.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_model_is_written_whole_into_a_new_folder_and_nowhere_else()
    {
        server.On(
            "GET /api/models/m/files",
            async context =>
            {
                await using var tar = new TarWriter(context.Response.Body, leaveOpen: true);
                var entry = new PaxTarEntry(TarEntryType.RegularFile, "../../config.json")
                {
                    DataStream = new MemoryStream("{}"u8.ToArray()),
                };
                await tar.WriteEntryAsync(entry, Cancellation);
            }
        );
        var target = Path.Combine(folder, "out");
        Assert.Equal(["config.json"], await client.Models.ExportAsync("m", target, false, Cancellation));
        Assert.Equal("{}", await File.ReadAllTextAsync(Path.Combine(target, "config.json"), Cancellation));
        var again = await Assert.ThrowsAsync<AnnotationException>(() => client.Models.ExportAsync("m", target, false, Cancellation));
        Assert.Equal("folder-exists", again.Code);
    }

    [Fact]
    public async Task A_download_that_breaks_off_leaves_no_folder()
    {
        server.On(
            "GET /api/models/m/files",
            async context =>
            {
                context.Response.ContentLength = 4096;
                await context.Response.Body.WriteAsync(new byte[100], Cancellation);
                await context.Response.Body.FlushAsync(Cancellation);
                // The client must have seen the first bytes, or nothing was there to break off.
                await Task.Delay(TimeSpan.FromSeconds(1), Cancellation);
                context.Abort();
            }
        );
        var target = Path.Combine(folder, "out");
        var failed = await Assert.ThrowsAsync<AnnotationException>(() => client.Models.ExportAsync("m", target, false, Cancellation));
        Assert.Equal("broken-off", failed.Code);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
    }
}
