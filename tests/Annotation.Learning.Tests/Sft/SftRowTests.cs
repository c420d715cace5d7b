using Annotation.Learning.Optimization;
using Annotation.Learning.Sft;
using Annotation.Learning.Tests.Models;
using Annotation.Learning.Tests.Training;
using Annotation.Learning.Text;
using Annotation.Learning.Text.Templates;
using Annotation.Learning.Training;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.Sft;

public sealed class SftRowTests
{
    private const int Eos = 257;

    /// <summary>Rows that stand one behind the other must not see each other, nor know that they do (positions begin anew).</summary>
    [Theory]
    [InlineData("llama")]
    [InlineData("gpt2")]
    public void Packed_rows_give_the_loss_and_the_gradients_of_rows_of_their_own(string family)
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(family);
        var rows = Enumerable.Range(0, 12).Select(i => SftRow.Completion(Ids(3 + i % 5, i), Ids(1 + i * 2 % 17, 7 * i), Eos)).ToList();
        var (padded, paddedGradients) = Learn(packedLength: null);
        var (packed, packedGradients) = Learn(packedLength: 48);
        Assert.Equal(padded, packed, 1e-5);
        foreach (var (name, gradient) in paddedGradients)
        {
            var (most, difference) = (gradient.Max(g => Math.Abs(g)), gradient.Zip(packedGradients[name], (a, b) => Math.Abs(a - b)).Max());
            Assert.True(difference <= 1e-4 * most + 1e-7, $"{name}: {difference} beside {most}");
        }

        (double, Dictionary<string, float[]>) Learn(int? packedLength)
        {
            foreach (var weight in model.Model.Weights.Values)
            {
                weight.grad = null;
            }
            var loss = new SftBatchLoss(model.Model, 4096, packedLength).Backward(rows);
            return (
                loss,
                model
                    .Model.Weights.Where(w => w.Value.grad is not null)
                    .ToDictionary(w => w.Key, w => w.Value.grad!.flatten().data<float>().ToArray())
            );
        }
    }

    [Fact]
    public void A_whole_batch_and_its_rows_in_passes_give_the_same_gradients()
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create();
        var rows = Enumerable.Range(0, 16).Select(i => SftRow.Completion(Ids(2, i), Ids(1 + i * 3 % 29, i), Eos)).ToList();
        var (whole, passes) = (Norms(1 << 20), Norms(64));
        Assert.All(whole.Zip(passes), p => Assert.Equal(p.First, p.Second, 1e-4 * p.First + 1e-7));

        double[] Norms(int tokensPerPass)
        {
            foreach (var weight in model.Model.Weights.Values)
            {
                weight.grad = null;
            }
            new SftBatchLoss(model.Model, tokensPerPass, packedLength: null).Backward(rows);
            return [.. model.Model.Weights.Values.Select(w => w.grad!.norm().to(ScalarType.Float64).item<double>())];
        }
    }

    [Fact]
    public void Every_assistant_turn_and_its_end_are_targets_and_nothing_that_others_say()
    {
        using var model = TrainableModels.Create();
        var example = new SftExample([new("system", "s"), new("user", "u"), new("assistant", "AB"), new("user", "v")], "C");
        var row = SftRow.Conversation(example, model)!;
        // bos, <system>, s, <user>, u, <assistant>, A, B, eos, <user>, v, <assistant>, C, eos
        Assert.Equal([6, 7, 8, 12, 13], Enumerable.Range(0, row.Ids.Length).Where(i => row.IsTarget[i]));
        Assert.Equal(['A', 'B', Eos, 'C', Eos], row.Ids.Where((_, i) => row.IsTarget[i]));
        Assert.Equal([12, 13], Enumerable.Range(0, row.Ids.Length).Where(i => SftRow.Of(example, model).IsTarget[i]));
    }

    [Fact]
    public void A_template_that_does_not_end_earlier_turns_has_no_such_rows_and_is_named_when_there_are_no_others()
    {
        using var model = TrainableModels.Create();
        var plain = model with { Template = ChatTemplate.Find("plain", model.Tokenizer)! };
        var example = new SftExample([new("user", "u"), new("assistant", "A"), new("user", "v")], "C");
        Assert.Null(SftRow.Conversation(example, plain));
        var trainer = new SftTrainer(new SftSettings { Targets = SftTargets.AssistantTurns, Epochs = 1 });
        var problem = Assert.Throws<NothingToLearnException>(() =>
            trainer.Train(plain, [example], [], ct: TestContext.Current.CancellationToken)
        );
        Assert.Contains("'plain'", problem.Message, StringComparison.Ordinal);
        // Beside one that can be learned from, it is counted.
        SftExample[] both = [example, new([new("user", "u")], "A")];
        Assert.Equal(1, trainer.Train(plain, both, [], ct: TestContext.Current.CancellationToken).DroppedRows);
    }

    /// <summary>Of conversations whose longer form is too long, the shorter one is learned; of equal ones, one.</summary>
    [Fact]
    public void What_is_left_out_is_counted_and_costs_no_other_turn()
    {
        using var model = TrainableModels.Create();
        SftExample first = new([new("user", "u")], "A");
        SftExample longer = new([new("user", "u"), new("assistant", "A"), new("user", new string('v', 40))], "C");
        var settings = new SftSettings
        {
            Targets = SftTargets.AssistantTurns,
            Epochs = 1,
            MaxLength = 30,
        };
        var result = new SftTrainer(settings).Train(model, [first, longer, first], [], ct: TestContext.Current.CancellationToken);
        Assert.Equal((1, 2), (result.Steps, result.DroppedRows));
    }

    /// <summary>Llama 3's template trims what stands in the history.</summary>
    [Fact]
    public void White_space_around_an_earlier_turn_does_not_stop_it_from_being_learned()
    {
        using var model = TrainableModels.Create();
        var trimming = model with { Template = new Trimming(model.Template, model.Tokenizer) };
        var example = new SftExample([new("user", "u"), new("assistant", " AB\n"), new("user", "v")], "C");
        var row = SftRow.Conversation(example, trimming)!;
        Assert.Equal(['A', 'B', Eos, 'C', Eos], row.Ids.Where((_, i) => row.IsTarget[i]));
    }

    private sealed class Trimming(ChatTemplate inner, Tokenizer tokenizer) : ChatTemplate(tokenizer)
    {
        public override string Name => "trimming";

        public override IReadOnlyList<int> EncodePrompt(IReadOnlyList<Message> prompt) =>
            inner.EncodePrompt([.. prompt.Select(m => m with { Content = m.Content.Trim() })]);
    }

    [Fact]
    public void A_conversation_that_begins_another_teaches_nothing_twice()
    {
        using var model = TrainableModels.Create();
        SftExample[] dialogue =
        [
            new([new("user", "u")], "A"),
            new([new("user", "u"), new("assistant", "A"), new("user", "v")], "C"),
            new([new("user", "w")], "A"),
        ];
        var rows = SftRow.WithoutBeginnings([.. dialogue.Select(d => SftRow.Conversation(d, model)!)]);
        Assert.Equal([2 + 2, 2], rows.Select(r => r.TargetCount));
    }

    [Fact]
    public void Schedules_rise_over_the_warm_up_and_then_fall_or_stay()
    {
        Assert.Equal(0.5, LearningRate.Of(Schedule.Constant, 1, 1, 10, warmupSteps: 2), 12);
        Assert.Equal(1, LearningRate.Of(Schedule.Constant, 1, 9, 10, warmupSteps: 2), 12);
        Assert.Equal(0.55, LearningRate.Of(Schedule.Linear, 1, 5, 10, minRatio: 0.1), 12);
        Assert.Equal(0.55, LearningRate.Of(Schedule.Cosine, 1, 5, 10, minRatio: 0.1), 12);
        Assert.Equal(0.1, LearningRate.Of(Schedule.Cosine, 1, 10, 10, minRatio: 0.1), 12);
    }

    private static int[] Ids(int count, int first) => [.. Enumerable.Range(0, count).Select(i => 'a' + (first + i * i) % 26)];
}
