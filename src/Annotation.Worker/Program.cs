using Annotation.Domain.Data;
using Annotation.Jobs;
using Annotation.Jobs.Execution;
using Annotation.Jobs.Housekeeping;
using Annotation.Learning.Tensors;

var builder = Host.CreateApplicationBuilder(args);
builder.Logging.AddSimpleConsole(console =>
{
    console.SingleLine = true;
    console.TimestampFormat = "HH:mm:ss ";
});
builder.Logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Warning);
builder.Logging.AddFilter("Hangfire", LogLevel.Warning);

// Long enough for a checkpoint, and longer than the queue's servers wait for their jobs.
builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(55));

WorkerOptions options;
try
{
    options = WorkerOptions.Read(builder.Configuration);
    TorchRuntime.Load();
    TorchRuntime.SelectDevice(options.Device);
}
catch (Exception e) when (e is InvalidOperationException or TorchRuntimeException)
{
    await Console.Error.WriteLineAsync($"The worker cannot start: {e.Message}");
    return 1;
}

builder.Services.AddAnnotationWorker(options);
using var host = builder.Build();

// The queue's servers come to life with the host; before that the tables must be there.
var log = host.Services.GetRequiredService<ILogger<Program>>();
log.LogInformation("Worker {Name} on {Device} waits for the database's schema.", options.Name, options.Device);
await host.Services.GetRequiredService<WaitForSchema>().RunAsync(CancellationToken.None);
await host.Services.GetRequiredService<PrepareInstallation>().RunAsync(CancellationToken.None);
log.LogInformation("The schema is there; serving {Queues}.", string.Join(", ", options.Queues));
await host.RunAsync();
return 0;
