using Annotation.Domain.Models;
using Annotation.Domain.Runs;
using Annotation.Jobs.Execution;
using Annotation.Jobs.Models;

namespace Annotation.Jobs.Evaluation;

/// <summary>Measures a reward model on rankings it has not seen, or a policy against another on held-out prompts.</summary>
public sealed class Evaluate(ModelShelf shelf, EvaluateReward evaluateReward, EvaluatePolicy evaluatePolicy) : IRunWork
{
    public RunKind Kind => RunKind.Evaluate;

    public async Task<RunOutput> DoAsync(RunContext context, CancellationToken stop)
    {
        var settings = context.Pairs.Read<EvaluationSettings>();
        var model = await FindAsync(context, settings, stop);
        await context.Claim.UseAsync(model.Id, null, null, stop);
        var kind = model.Kind == ModelKind.Reward ? "reward" : "policy";
        return (settings.Kind ?? kind) != kind
                ? throw new RunFailedException($"Model '{model.Name}' is a {kind} model; use `evaluate {kind}`.")
            : model.Kind == ModelKind.Reward ? await evaluateReward.RunAsync(context, settings, model, stop)
            : await evaluatePolicy.RunAsync(context, settings, model, stop);
    }

    private async Task<Model> FindAsync(RunContext context, EvaluationSettings settings, CancellationToken ct) =>
        context.Run.BaseModelId is { } id ? await shelf.GetAsync(id, ct)
        : settings.Model is { } name ? await shelf.FindAsync(name, settings.Kind == "reward" ? ModelKind.Reward : ModelKind.Policy, ct)
        : throw new RunFailedException("There is no model to evaluate; name one with --model.");
}
