using System.Formats.Tar;
using System.Text;
using Annotation.Domain.Models;
using Annotation.Domain.Runs;
using Annotation.Jobs.Tests.Workers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Annotation.Jobs.Tests.Imports;

public sealed class ImportModelTests(WorkerFixture fixture) : IClassFixture<WorkerFixture>
{
    [Fact]
    public async Task A_good_folder_is_stored_byte_by_byte_and_registered()
    {
        var run = await fixture.AddRunAsync(RunKind.Import, output: "imported");
        var incoming = WorkerFixture.WriteToyModel(fixture.Store.IncomingFolder(run.Id), seed: 7);
        var weights = await File.ReadAllBytesAsync(Path.Combine(incoming, "model.safetensors"), TestContext.Current.CancellationToken);

        run = await fixture.ExecuteAsync(run);

        Assert.Equal(RunState.Completed, run.State);
        await using var db = fixture.CreateContext();
        var model = await db.Models.SingleAsync(m => m.Name == "imported", TestContext.Current.CancellationToken);
        var artifact = await db.Artifacts.SingleAsync(a => a.Id == model.ArtifactId, TestContext.Current.CancellationToken);
        Assert.Equal((ModelKind.Policy, "llama", run.Id), (model.Kind, model.Architecture, model.RunId));
        Assert.Equal(run.OutputModelId, model.Id);
        var stored = fixture.Store.FolderOf(artifact.Path);
        Assert.Equal(
            weights,
            await File.ReadAllBytesAsync(Path.Combine(stored, "model.safetensors"), TestContext.Current.CancellationToken)
        );
        Assert.Equal(artifact.Sha256, (await ArtifactStore.HashAsync(stored, TestContext.Current.CancellationToken)).Sha256);
        Assert.False(Directory.Exists(incoming));
    }

    [Fact]
    public async Task A_tar_of_a_folder_is_unpacked()
    {
        var run = await fixture.AddRunAsync(RunKind.Import, output: "from-tar");
        var folder = Directory.CreateTempSubdirectory("annotation-tar-").FullName;
        WorkerFixture.WriteToyModel(folder, seed: 8);
        await TarFile.CreateFromDirectoryAsync(
            folder,
            Path.Combine(fixture.Store.IncomingFolder(run.Id), "upload.tar"),
            includeBaseDirectory: true,
            TestContext.Current.CancellationToken
        );
        Directory.Delete(folder, recursive: true);

        run = await fixture.ExecuteAsync(run);

        Assert.Equal((RunState.Completed, null), (run.State, run.Error));
    }

    public static TheoryData<string, string> BadFolders =>
        new()
        {
            { "no config", "config.json" },
            { "broken config", "config.json" },
            { "truncated weights", "model.safetensors" },
            { "broken tar", "archive" },
        };

    [Theory]
    [MemberData(nameof(BadFolders))]
    public async Task A_bad_folder_ends_the_run_with_one_line_that_names_the_file_and_registers_nothing(string fault, string named)
    {
        var name = fault.Replace(' ', '-');
        var run = await fixture.AddRunAsync(RunKind.Import, output: name);
        var incoming = WorkerFixture.WriteToyModel(fixture.Store.IncomingFolder(run.Id), seed: 9);
        var weights = Path.Combine(incoming, "model.safetensors");
        switch (fault)
        {
            case "no config":
                File.Delete(Path.Combine(incoming, "config.json"));
                break;
            case "broken config":
                await File.WriteAllTextAsync(
                    Path.Combine(incoming, "config.json"),
                    "{ \"model_type\": ",
                    TestContext.Current.CancellationToken
                );
                break;
            case "truncated weights":
                await using (var file = File.OpenWrite(weights))
                {
                    file.SetLength(file.Length - 100);
                }
                break;
            default:
                await File.WriteAllBytesAsync(
                    Path.Combine(incoming, "upload.tar"),
                    Encoding.UTF8.GetBytes(new string('x', 700)),
                    TestContext.Current.CancellationToken
                );
                break;
        }

        run = await fixture.ExecuteAsync(run);

        Assert.Equal(RunState.Failed, run.State);
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(fixture.Store.Root, run.Error, StringComparison.Ordinal);
        await using var db = fixture.CreateContext();
        Assert.False(await db.Models.AnyAsync(m => m.Name == name, TestContext.Current.CancellationToken));
        Assert.Empty(Directory.EnumerateDirectories(fixture.Store.RunFolder(run.Id)));
        Assert.False(Directory.Exists(incoming));
    }

    [Fact]
    public async Task A_name_that_was_taken_meanwhile_fails_the_run()
    {
        var run = await fixture.AddRunAsync(RunKind.Import, output: "raced");
        WorkerFixture.WriteToyModel(fixture.Store.IncomingFolder(run.Id), seed: 10);
        await using var db = fixture.CreateContext();
        await db
            .Models.Where(m => m.Name == "tiny")
            .ExecuteUpdateAsync(set => set.SetProperty(m => m.Name, "raced"), TestContext.Current.CancellationToken);

        run = await fixture.ExecuteAsync(run);

        Assert.Equal(RunState.Failed, run.State);
        Assert.Contains("already a model named 'raced'", run.Error, StringComparison.Ordinal);
    }
}
