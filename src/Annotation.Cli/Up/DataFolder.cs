using System.Text.Json;
using Annotation.Cli.Terminal;

namespace Annotation.Cli.Up;

/// <summary>The folder of one local platform: its database, artifacts, logs and first admin. One `up` at a time holds it.</summary>
public sealed class DataFolder : IDisposable
{
    private readonly FileStream heldLock;

    private DataFolder(string path, FileStream heldLock)
    {
        Path = path;
        this.heldLock = heldLock;
    }

    /// <summary>The folder itself.</summary>
    public string Path { get; }

    /// <summary>PostgreSQL's own folder.</summary>
    public string Database => At("postgres");

    /// <summary>Where PostgreSQL's socket is; a socket's path may not be longer than about 100 characters, so a deep data folder has it elsewhere.</summary>
    public string Sockets =>
        Path.Length < 80
            ? At("run")
            : System.IO.Path.Combine(
                System.IO.Path.GetTempPath(),
                $"annotation-{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Path)))[..12]}"
            );

    /// <summary>Models and checkpoints.</summary>
    public string Artifacts => At("artifacts");

    /// <summary>One log file per program.</summary>
    public string Logs => At("logs");

    /// <summary>The first admin's name, password and token; readable by its owner only.</summary>
    public string AdminFile => At("admin.json");

    private string HolderFile => At("up.json");

    /// <summary>The folder when nobody names one: the user's own data folder, and for root one that PostgreSQL's user can reach.</summary>
    public static string Default() =>
        Environment.IsPrivilegedProcess
            ? "/var/lib/annotation"
            : System.IO.Path.Combine(
                Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
                "annotation"
            );

    /// <summary>Makes the folder if it is missing and takes its lock.</summary>
    /// <exception cref="CommandFailedException">It cannot be made, or another `up` holds it.</exception>
    public static DataFolder Open(string path)
    {
        path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        try
        {
            Directory.CreateDirectory(path);
            if (Environment.IsPrivilegedProcess)
            {
                // PostgreSQL runs as another user and has to pass through.
                File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.OtherExecute);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(
                $"The data folder {path} cannot be used ({e.Message.TrimEnd('.')}): choose another with --data DIR."
            );
        }

        return new DataFolder(path, TakeLock(path));
    }

    /// <summary>Makes the folders for logs and artifacts.</summary>
    public void MakeFolders()
    {
        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(Logs, ownerOnly);
        Directory.CreateDirectory(Artifacts, ownerOnly);
    }

    /// <summary>A program's log file; one that has grown past 20 MB is set aside first.</summary>
    public string LogFile(string program)
    {
        const long limit = 20 << 20;
        var file = new FileInfo(System.IO.Path.Combine(Logs, program + ".log"));
        if (file.Exists && file.Length > limit)
        {
            file.CopyTo(file.FullName + ".1", overwrite: true);
            file.Delete();
        }

        return file.FullName;
    }

    /// <summary>Writes down who holds the folder, for the sentence that a second `up` says.</summary>
    public void NoteHolder(string server) =>
        File.WriteAllText(HolderFile, JsonSerializer.Serialize(new Holder(Environment.ProcessId, server), JsonOutput.Options));

    /// <summary>Gives the folder back.</summary>
    public void Dispose()
    {
        File.Delete(HolderFile);
        heldLock.Dispose();
    }

    private static FileStream TakeLock(string path)
    {
        try
        {
            return new FileStream(System.IO.Path.Combine(path, "up.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new CommandFailedException(
                $"The data folder {path} cannot be used ({e.Message.TrimEnd('.')}): choose another with --data DIR."
            );
        }
        catch (IOException)
        {
            var holder = ReadHolder(System.IO.Path.Combine(path, "up.json"));
            throw new CommandFailedException(
                holder is null
                    ? $"Another `up` is using {path}: stop it first, or choose another folder with --data DIR."
                    : $"Annotation already runs on {path} (process {holder.ProcessId}, {holder.Server}): use it, stop it first, or choose another folder with --data DIR."
            );
        }
    }

    private static Holder? ReadHolder(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<Holder>(File.ReadAllText(file), JsonOutput.Options);
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private string At(string name) => System.IO.Path.Combine(Path, name);

    private sealed record Holder(int ProcessId, string Server);
}
