using Annotation.Learning.Tensors;
using static TorchSharp.torch;

namespace Annotation.Learning.Models;

/// <summary>
/// Runs a block without keeping what its gradient needs, and once more when the gradient is asked for (Chen et al. 2016): memory
/// for one block instead of all, for one forward pass more.
/// </summary>
internal static class ActivationCheckpoint
{
    /// <summary>block(x, inputs), with the same gradients as without this class, those of the weights that the block uses included.</summary>
    internal static Tensor Run(Func<Tensor, BlockInputs, Tensor> block, Tensor x, BlockInputs inputs)
    {
        // Autograd only follows inputs that need a gradient. Behind frozen embeddings none does, and the weights would get none.
        var input = x.requires_grad ? x : x.detach().requires_grad_();
        return Recomputed.apply(input, block, inputs);
    }

    private sealed class Recomputed : autograd.SingleTensorFunction<Recomputed>
    {
        private const string Rerun = "rerun";

        public override string Name => nameof(ActivationCheckpoint);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (x, block, inputs) = ((Tensor)vars[0], (Func<Tensor, BlockInputs, Tensor>)vars[1], (BlockInputs)vars[2]);

            // Saved by autograd, because the caller's tensors are gone when the gradient is asked for.
            var tensors = inputs.Tensors;
            ctx.save_for_backward([x, .. tensors.OfType<Tensor>()]);
            ctx.save_data(Rerun, (IReadOnlyList<Tensor> saved) => block(saved[0], inputs.With(Refill(tensors, saved))));
            using var noGrad = no_grad();
            using var scope = NewDisposeScope();
            return block(x, inputs).MoveToOuterDisposeScope();
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var saved = ctx.get_saved_variables();
            Tensor gradient;
            try
            {
                gradient = Gradient((Func<IReadOnlyList<Tensor>, Tensor>)ctx.get_data(Rerun), saved, grad_output);
            }
            catch (Exception problem)
            {
                // Whoever takes the step is told; should nobody ask, a gradient that is not finite is refused by all trainers.
                NativeCallback.Keep(problem);
                gradient = full_like(saved[0], double.NaN);
            }

            saved.ForEach(s => s.Dispose());
            return [gradient, null!, null!];
        }

        // The gradients of the block's weights are added up here; that of its input goes on down.
        private static Tensor Gradient(Func<IReadOnlyList<Tensor>, Tensor> rerun, IReadOnlyList<Tensor> saved, Tensor above)
        {
            using var grad = enable_grad();
            using var scope = NewDisposeScope();
            var x = saved[0].detach().requires_grad_();
            rerun([x, .. saved.Skip(1)]).backward([above]);
            return x.grad!.MoveToOuterDisposeScope();
        }

        private static List<Tensor?> Refill(IReadOnlyList<Tensor?> pattern, IReadOnlyList<Tensor> saved)
        {
            var next = 1;
            return [.. pattern.Select(t => t is null ? null : saved[next++])];
        }
    }
}
