namespace Annotation.Cli.Up;

/// <summary>
/// The user that runs PostgreSQL, which refuses to run as root: another user when this process is root, else the one that is there.
/// </summary>
/// <param name="Name">The user to change to; null: stay.</param>
public sealed record SystemUser(string? Name)
{
    private const string PasswordFile = "/etc/passwd";

    /// <summary>Chooses the user; as root `postgres`, else `nobody`.</summary>
    public static SystemUser Choose()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return new SystemUser((string?)null);
        }

        var users = File.ReadLines(PasswordFile).Select(line => line.Split(':')[0]).ToHashSet();
        return new SystemUser(
            users.Contains("postgres") ? "postgres"
            : users.Contains("nobody") ? "nobody"
            : throw new CommandFailedException(
                "PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody` to run it: add one with `useradd --system postgres`, or run this command as an ordinary user."
            )
        );
    }

    /// <summary>The command, run as this user.</summary>
    public IReadOnlyList<string> Run(params IReadOnlyList<string> command) =>
        Name is null ? command : ["setpriv", $"--reuid={Name}", $"--regid={GroupOf(Name)}", "--init-groups", .. command];

    /// <summary>Makes a folder that only this user (and root) may enter.</summary>
    public void MakeOwnFolder(string path)
    {
        string[] owner = Name is null ? [] : ["-o", Name, "-g", GroupOf(Name)];
        var made = Execution.Run(["install", "-d", "-m", "0700", .. owner, path]);
        if (made.ExitCode != 0)
        {
            throw new CommandFailedException($"The folder {path} cannot be made: {made.LastLine}");
        }
    }

    /// <summary>Refuses a folder that this user cannot reach, naming the parent that is closed.</summary>
    public void CheckReach(string folder)
    {
        if (Name is null || Execution.Run(Run("test", "-x", folder)).ExitCode == 0)
        {
            return;
        }

        var closed = folder;
        for (var at = folder; at is not null; at = Path.GetDirectoryName(at))
        {
            if (!File.GetUnixFileMode(at).HasFlag(UnixFileMode.OtherExecute))
            {
                closed = at;
            }
        }

        throw new CommandFailedException(
            $"The user {Name}, who runs PostgreSQL, cannot enter {closed}: choose another folder with --data DIR, or run `chmod o+x {closed}`."
        );
    }

    private static string GroupOf(string user)
    {
        var row = File.ReadLines(PasswordFile).First(line => line.StartsWith(user + ":", StringComparison.Ordinal));
        return row.Split(':')[3];
    }
}
