using Annotation.Domain.Runs;
using Annotation.Jobs.Execution;
using Annotation.Learning.Grpo;
using Annotation.Learning.Ppo;
using Annotation.Learning.Rloo;

namespace Annotation.Jobs.Training;

/// <summary>Proximal policy optimisation.</summary>
public sealed class TrainPpo(TrainByReward training) : IRunWork
{
    public RunKind Kind => RunKind.Ppo;

    public Task<RunOutput> DoAsync(RunContext context, CancellationToken stop)
    {
        var settings = context.Pairs.Read<PpoSettings>();
        return training.DoAsync(context, settings, kept => new PpoTrainer(settings) { Demonstrations = kept }, stop);
    }
}

/// <summary>REINFORCE leave-one-out.</summary>
public sealed class TrainRloo(TrainByReward training) : IRunWork
{
    public RunKind Kind => RunKind.Rloo;

    public Task<RunOutput> DoAsync(RunContext context, CancellationToken stop)
    {
        var settings = context.Pairs.Read<RlooSettings>();
        return training.DoAsync(context, settings, kept => new RlooTrainer(settings) { Demonstrations = kept }, stop);
    }
}

/// <summary>Group-relative policy optimisation.</summary>
public sealed class TrainGrpo(TrainByReward training) : IRunWork
{
    public RunKind Kind => RunKind.Grpo;

    public Task<RunOutput> DoAsync(RunContext context, CancellationToken stop)
    {
        var settings = context.Pairs.Read<GrpoSettings>();
        return training.DoAsync(context, settings, kept => new GrpoTrainer(settings) { Demonstrations = kept }, stop);
    }
}
