using Annotation.Cli.Up;
using Xunit;

namespace Annotation.Cli.Tests.Up;

public sealed class FirstAdminTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("annotation-admin-").FullName;

    private string AdminFile => Path.Combine(folder, "admin.json");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Secrets_are_made_once_and_readable_by_their_owner_only()
    {
        var first = FirstAdmin.Keep(AdminFile, "http://localhost:1");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(AdminFile));
        var second = FirstAdmin.Keep(AdminFile, "http://localhost:2");
        Assert.Equal(first with { Server = "http://localhost:2" }, second);
        Assert.Equal(second, FirstAdmin.Read(AdminFile));
    }

    [Fact]
    public void Two_installations_have_different_secrets()
    {
        var one = FirstAdmin.Keep(AdminFile, "http://localhost:1");
        File.Delete(AdminFile);
        var other = FirstAdmin.Keep(AdminFile, "http://localhost:1");
        Assert.NotEqual(one.Password, other.Password);
        Assert.NotEqual(one.Token, other.Token);
        Assert.Matches("^ann_[0-9a-f]{32}_[A-Za-z0-9]{43}$", one.Token);
    }

    [Fact]
    public void A_torn_file_is_named()
    {
        File.WriteAllText(AdminFile, "{\"server\":");
        var failed = Assert.Throws<CommandFailedException>(() => FirstAdmin.Keep(AdminFile, "http://localhost:1"));
        Assert.Contains(AdminFile, failed.Message, StringComparison.Ordinal);
    }
}
