using Annotation.Learning.Optimization;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.Golden;

/// <summary>The optimizer and its learning rate.</summary>
internal static class OptimizationOps
{
    [GoldenOp("adam_steps")]
    internal static IReadOnlyDictionary<string, object?> Adam(GoldenInputs inputs)
    {
        var (lr, beta1, beta2) = (inputs.Number("lr"), inputs.Number("beta1"), inputs.Number("beta2"));
        var (epsilon, decay) = (inputs.Number("eps"), inputs.Number("weight_decay"));
        return new Dictionary<string, object?>
        {
            ["adamw"] = Run(_ => new Rule(epsilon, decay, (gradient, _) => gradient)),
            ["adam_l2"] = Run(_ => new Rule(epsilon, 0, (gradient, parameter) => gradient + parameter * decay)),
            // TensorFlow adds epsilon before the bias correction of the second moment.
            ["tf_adam"] = Run(step => new Rule(epsilon / Math.Sqrt(1 - Math.Pow(beta2, step)), 0, (gradient, _) => gradient)),
        };

        Tensor[] Run(Func<int, Rule> rule)
        {
            var parameter = inputs.Leaf("param");
            var gradients = inputs.Tensor("grads");
            var after = new List<Tensor>();
            var carried = new Dictionary<string, Tensor>();
            for (var step = 1; step <= gradients.shape[0]; step++)
            {
                var (eps, weightDecay, change) = rule(step);
                using var optimizer = new AdamW([("x", parameter)], beta1, beta2, eps, weightDecay);
                if (step > 1)
                {
                    optimizer.Restore(step - 1, carried);
                }
                parameter.grad = change(gradients[step - 1], parameter.detach());
                optimizer.Step(lr);
                carried = optimizer.State().ToDictionary(s => s.Name, s => s.Value.clone());
                after.Add(parameter.detach().clone());
            }
            return [.. after];
        }
    }

    [GoldenOp("lr_schedule")]
    internal static IReadOnlyDictionary<string, object?> Schedule(GoldenInputs inputs)
    {
        var (rate, total, warmup) = (inputs.Number("base_lr"), inputs.Count("total_steps"), inputs.Count("warmup_steps"));
        var steps = Enumerable.Range(0, total + 1).ToList();
        return new Dictionary<string, object?>
        {
            ["linear"] = steps.Select(s => LearningRate.Linear(rate, s, total, warmup)).ToArray(),
            ["cosine"] = steps.Select(s => LearningRate.Cosine(rate, s, total, warmup)).ToArray(),
            ["cosine_min"] = steps.Select(s => LearningRate.Cosine(rate, s, total, warmup, inputs.Number("min_lr_ratio"))).ToArray(),
        };
    }

    private sealed record Rule(double Epsilon, double WeightDecay, Func<Tensor, Tensor, Tensor> Gradient);
}
