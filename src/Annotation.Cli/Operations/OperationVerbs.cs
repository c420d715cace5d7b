using System.CommandLine;
using Annotation.Cli.Terminal;

namespace Annotation.Cli.Operations;

/// <summary>`nodes` and `queues`: the worker processes and what waits for them.</summary>
public static class OperationVerbs
{
    /// <summary>`nodes`: every worker, its device and when it was last heard of.</summary>
    public static Command Nodes() =>
        new Command("nodes", "List workers").Does(
            async (invocation, cancellation) =>
            {
                using var client = invocation.Connect();
                var workers = await client.Operations.ListWorkersAsync(cancellation);
                var table = new TextTable("Worker", "Alive", "Device", "Queues", "Run", "Last heard of", "Started");
                foreach (var worker in workers)
                {
                    table.Add(
                        worker.Name,
                        worker.Alive ? "yes" : "no",
                        worker.Device,
                        worker.Queues,
                        worker.CurrentRun,
                        worker.HeartbeatAt,
                        worker.StartedAt
                    );
                }

                invocation.Write(workers, table.WriteTo);
            }
        );

    /// <summary>`queues`: waiting, running and failed jobs of each.</summary>
    public static Command Queues() =>
        new Command("queues", "Show the queues").Does(
            async (invocation, cancellation) =>
            {
                using var client = invocation.Connect();
                var queues = await client.Operations.ListQueuesAsync(cancellation);
                var table = new TextTable("Queue", "Waiting", "Running", "Failed");
                foreach (var queue in queues)
                {
                    table.Add(queue.Name, queue.Waiting, queue.Running, queue.Failed);
                }

                invocation.Write(queues, table.WriteTo);
            }
        );
}
