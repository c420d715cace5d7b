namespace Annotation.Client;

/// <summary>
/// The platform's HTTP API, typed. Every method throws <see cref="AnnotationException"/> with a sentence for people when the server refuses or
/// is not there, and <see cref="OperationCanceledException"/> when its token says so. Safe for use by many threads.
/// </summary>
public sealed class AnnotationClient : IDisposable
{
    private readonly ApiConnection connection;

    /// <summary>Speaks to a server as the owner of a token.</summary>
    /// <param name="server">Its address, for instance http://localhost:5080.</param>
    /// <param name="token">An API token, `ann_…`; null: as nobody.</param>
    public AnnotationClient(string server, string? token)
    {
        Server = server;
        connection = new ApiConnection(server, token);
        Accounts = new AccountsApi(connection);
        Projects = new ProjectsApi(connection);
        Files = new FilesApi(connection);
        Models = new ModelsApi(connection);
        Runs = new RunsApi(connection);
        Labeling = new LabelingApi(connection);
        Tasks = new TasksApi(connection);
        Operations = new OperationsApi(connection);
    }

    /// <summary>The server's address.</summary>
    public string Server { get; }

    /// <summary>People and tokens.</summary>
    public AccountsApi Accounts { get; }

    /// <summary>Projects and their preference sets.</summary>
    public ProjectsApi Projects { get; }

    /// <summary>Imports and exports.</summary>
    public FilesApi Files { get; }

    /// <summary>Models.</summary>
    public ModelsApi Models { get; }

    /// <summary>Training, generation, evaluation, and the runs that they are.</summary>
    public RunsApi Runs { get; }

    /// <summary>What a labeler does.</summary>
    public LabelingApi Labeling { get; }

    /// <summary>Who is asked about which tasks, and whether all were judged as often as promised.</summary>
    public TasksApi Tasks { get; }

    /// <summary>Workers, queues, health.</summary>
    public OperationsApi Operations { get; }

    /// <inheritdoc/>
    public void Dispose() => connection.Dispose();
}
