using System.CommandLine;
using Annotation.Cli.Terminal;

namespace Annotation.Cli.Up;

/// <summary>`up`: the whole platform on this machine until Ctrl-C.</summary>
public static class UpVerb
{
    private static readonly Option<int> Port = new("--port")
    {
        Description = "Port of the web server; 0 takes a free one",
        DefaultValueFactory = _ => 5080,
    };

    private static readonly Option<string> Data = new("--data")
    {
        Description = "Folder of the database, models and logs",
        DefaultValueFactory = _ => DataFolder.Default(),
        HelpName = "DIR",
    };

    private static readonly Option<bool> NoDemo = new("--no-demo") { Description = "Leave the demo project out" };

    /// <summary>The verb as the parser knows it.</summary>
    public static Command Create()
    {
        var verb = new Command("up", "Start PostgreSQL, the web server and a worker on this machine; Ctrl-C stops them")
        {
            Port,
            Data,
            NoDemo,
        };
        Port.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var port) && port is < 0 or > 65535)
            {
                result.AddError($"--port {port} is not a port: use 0 to 65535.");
            }
        });
        return verb.Does(RunAsync);
    }

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        var configured = Environment.GetEnvironmentVariable("ConnectionStrings__Annotation");
        var settings = new UpSettings
        {
            Port = invocation.Value(Port),
            Data = invocation.Value(Data),
            DemoProject = !invocation.Value(NoDemo),
            ConnectionString = string.IsNullOrWhiteSpace(configured) ? null : configured,
        };
        try
        {
            await using var platform = await LocalPlatform.StartAsync(settings, invocation.Time, invocation.Note, cancellation);
            LastPlatform.Remember(platform.Admin);
            invocation.Write(
                new
                {
                    server = platform.Admin.Server,
                    adminFile = platform.AdminFile,
                    data = platform.Data,
                },
                terminal =>
                {
                    terminal.WriteLine($"Ready {platform.Admin.Server}");
                    terminal.WriteLine(platform.AdminFile);
                }
            );
            await Task.Delay(Timeout.InfiniteTimeSpan, invocation.Time, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            invocation.Note("Stopped.");
        }

        return 0;
    }
}
