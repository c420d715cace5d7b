using System.CommandLine;
using Annotation.Cli.Terminal;
using Annotation.Client.Contracts;

namespace Annotation.Cli.Projects;

/// <summary>Parts of `tasks`: check, late, assign, retract.</summary>
internal static class DistributionVerbs
{
    /// <summary>`tasks check`: whether every task has exactly the judgements it should have.</summary>
    public static Command Check()
    {
        var project = ProjectOption.Optional();
        return new Command("check", "Prove that every task has exactly the judgements it should have") { project }.Does(
            async (invocation, cancellation) =>
            {
                using var client = invocation.Connect();
                var report = await client.Tasks.CheckAsync(invocation.Value(project), cancellation);
                invocation.Write(
                    report,
                    writer =>
                    {
                        FactList.Write(writer, ("tasks", report.TaskCount), ("closed", report.ClosedCount), ("off", report.Off.Count));
                        if (report.Off.Count > 0)
                        {
                            var table = new TextTable("Task", "Judged by", "Counted", "Wanted", "Closed at", "Leases", "Counted");
                            foreach (var off in report.Off)
                            {
                                table.Add(
                                    off.TaskId,
                                    off.LivePeople,
                                    off.JudgementCount,
                                    off.JudgementsWanted,
                                    off.ClosedJudgements,
                                    off.Leases,
                                    off.LeaseCount
                                );
                            }

                            table.WriteTo(writer);
                        }
                    }
                );
                if (report.Off.Count > 0)
                {
                    throw new CommandFailedException($"{report.Off.Count} tasks are off: report this as a defect with the list above.");
                }
            }
        );
    }

    /// <summary>`tasks late`: answers that came too late to count.</summary>
    public static Command Late()
    {
        var project = ProjectOption.Required();
        return new Command("late", "Answers that came too late to count, kept for review") { project }.Does(
            async (invocation, cancellation) =>
            {
                using var client = invocation.Connect();
                var rows = await client.Tasks.ListLateAsync(invocation.Value(project), cancellation);
                invocation.Write(
                    rows,
                    writer =>
                    {
                        var table = new TextTable("Received", "Labeler", "Task", "Answers", "Prompt");
                        foreach (var row in rows)
                        {
                            table.Add(row.ReceivedAt, row.Labeler, row.TaskId, string.Join(", ", row.Answers.Keys), row.Prompt);
                        }

                        table.WriteTo(writer);
                    }
                );
            }
        );
    }

    /// <summary>`tasks assign`: reserves tasks for a person or a team.</summary>
    public static Command Assign()
    {
        var project = ProjectOption.Required();
        var person = new Option<string?>("--person") { Description = "User name of the only one to ask" };
        var team = new Option<string?>("--team") { Description = "The team whose members alone are asked" };
        var count = new Option<int?>("--count") { Description = "How many open tasks (default: all)" };
        var priority = new Option<int?>("--priority") { Description = "Their priority from now on" };
        return new Command("assign", "Reserve open tasks for a person or a team; with neither, give reserved ones to everybody again")
        {
            project,
            person,
            team,
            count,
            priority,
        }.Does(
            async (invocation, cancellation) =>
            {
                using var client = invocation.Connect();
                var request = new AssignTasksRequest(
                    invocation.Value(person),
                    invocation.Value(team),
                    invocation.Value(count),
                    invocation.Value(priority)
                );
                var assigned = await client.Tasks.AssignAsync(invocation.Value(project), request, cancellation);
                invocation.Write(assigned, writer => FactList.Write(writer, ("tasks assigned", assigned.Count)));
            }
        );
    }

    /// <summary>`tasks retract`: takes somebody's judgements back.</summary>
    public static Command Retract()
    {
        var project = ProjectOption.Required();
        var person = new Option<string>("--person")
        {
            Description = "User name of the one whose judgements count no longer",
            Required = true,
        };
        var task = new Option<Guid?>("--task") { Description = "Only this task (default: all of the project)" };
        return new Command("retract", "Take somebody's judgements back; the tasks open again for others") { project, person, task }.Does(
            async (invocation, cancellation) =>
            {
                using var client = invocation.Connect();
                var request = new RetractRequest(invocation.Value(person), invocation.Value(task));
                var retracted = await client.Tasks.RetractAsync(invocation.Value(project), request, cancellation);
                invocation.Write(retracted, writer => FactList.Write(writer, ("judgements retracted", retracted.Count)));
            }
        );
    }
}
