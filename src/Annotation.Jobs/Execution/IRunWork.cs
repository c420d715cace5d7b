using System.Text.Json.Nodes;
using Annotation.Domain.Runs;
using Annotation.Jobs.Models;

namespace Annotation.Jobs.Execution;

/// <summary>The work of one kind of run.</summary>
public interface IRunWork
{
    /// <summary>The kind it does.</summary>
    RunKind Kind { get; }

    /// <summary>Does the work, from the last checkpoint on when there is one.</summary>
    /// <param name="context">The run and its surroundings.</param>
    /// <param name="stop">Canceled when the run must stop early; a trainer then writes a checkpoint and throws.</param>
    /// <exception cref="RunFailedException">The run cannot be done; the message says why and what to do.</exception>
    Task<RunOutput> DoAsync(RunContext context, CancellationToken stop);
}

/// <summary>What a finished run leaves.</summary>
/// <param name="Result">Its final figures.</param>
/// <param name="Model">The model it made, if any.</param>
/// <param name="Prompts">The prompts it used, so that later runs can keep away from them.</param>
public sealed record RunOutput(
    JsonObject Result,
    NewModel? Model = null,
    IReadOnlyCollection<(Guid PromptId, PromptUse Use)>? Prompts = null
);
