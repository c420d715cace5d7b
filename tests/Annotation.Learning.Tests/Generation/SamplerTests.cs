using Annotation.Learning.Generation;
using Annotation.Learning.Tests.Models;
using Annotation.Learning.Tests.Tensors;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.Generation;

[Collection(NativeTensorCount.Name)]
public sealed class SamplerTests
{
    private static readonly IReadOnlyList<IReadOnlyList<int>> _prompts =
    [
        [256, 260, 72, 105, 261],
        [256, 260, 49, 43, 49, 61, 63, 261],
        [256, 260, 72, 105, 261],
        [256, 260, 33, 261],
    ];

    [Theory]
    [InlineData("llama", 0.0)]
    [InlineData("llama", 1.0)]
    [InlineData("gpt2", 0.0)]
    [InlineData("gpt2", 0.8)]
    public void A_completion_does_not_depend_on_its_batch_mates(string family, double temperature)
    {
        using var model = ToyModels.Create(family);
        var sampler = new Sampler(model);
        var settings = new SamplingSettings
        {
            Temperature = temperature,
            MaxNewTokens = 24,
            Seed = 5,
        };
        var together = sampler.Generate(_prompts, settings, TestContext.Current.CancellationToken);

        var others = sampler.Generate(
            [
                [256, 257],
                _prompts[1],
                [256, 70, 70, 70, 70, 70, 70, 70, 70, 70],
                [256],
            ],
            settings,
            TestContext.Current.CancellationToken
        );
        Assert.Equal(together[1].Ids, others[1].Ids);
        Assert.Equal(together[1].Text, others[1].Text);
        Assert.Equal(together[0].Ids, sampler.Generate([_prompts[0]], settings, TestContext.Current.CancellationToken)[0].Ids);
        Assert.Equal(temperature == 0, together[0].Ids.SequenceEqual(together[2].Ids));
    }

    [Fact]
    public void The_greedy_completion_takes_the_largest_logit_of_the_whole_text()
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create();
        var completions = new Sampler(model).Generate(
            _prompts,
            new SamplingSettings { Temperature = 0, MaxNewTokens = 8 },
            TestContext.Current.CancellationToken
        );
        foreach (var (prompt, completion) in _prompts.Zip(completions))
        {
            var ids = prompt.Select(i => (long)i).ToList();
            foreach (var id in completion.Ids)
            {
                var logits = model.Model.Logits(model.Model.Hidden(tensor(ids.ToArray(), ScalarType.Int64, CPU).unsqueeze(0)))[0, -1];
                Assert.Equal(logits.argmax().item<long>(), id);
                ids.Add(id);
            }
        }
    }

    [Fact]
    public void Log_probabilities_are_those_of_the_whole_text_at_the_temperature()
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create();
        var settings = new SamplingSettings
        {
            Temperature = 0.7,
            TopK = 20,
            TopP = 0.9,
            MaxNewTokens = 12,
            Seed = 3,
        };
        var completions = new Sampler(model).Generate(_prompts, settings, TestContext.Current.CancellationToken);
        foreach (var (prompt, completion) in _prompts.Zip(completions))
        {
            var all = prompt.Concat(completion.Ids).Select(i => (long)i).ToArray();
            var logits = model.Model.Logits(model.Model.Hidden(tensor(all, ScalarType.Int64, CPU).unsqueeze(0)))[0];
            var expected = (logits / 0.7).log_softmax(-1);
            for (var t = 0; t < completion.Ids.Count; t++)
            {
                Assert.Equal(expected[prompt.Count + t - 1, completion.Ids[t]].item<float>(), completion.LogProbabilities[t], 1e-3f);
            }
        }
    }

    [Fact]
    public void A_completion_ends_with_eos_or_at_its_limit()
    {
        using var model = ToyModels.Create();
        var settings = new SamplingSettings
        {
            MaxNewTokens = 40,
            Temperature = 3,
            Seed = 1,
        };
        var prompts = Enumerable.Range(0, 70).Select(i => (IReadOnlyList<int>)[256, i]).ToList();
        var completions = new Sampler(model).Generate(prompts, settings, TestContext.Current.CancellationToken);

        Assert.Contains(completions, c => c.Ended);
        Assert.Contains(completions, c => !c.Ended);
        Assert.All(completions, c => Assert.Equal(c.Ended, c.Ids[^1] == 257));
        Assert.All(completions, c => Assert.DoesNotContain(257, c.Ids.SkipLast(1)));
        Assert.All(completions.Where(c => !c.Ended), c => Assert.Equal(40, c.Ids.Count));
        Assert.All(completions, c => Assert.Equal(c.Ids.Count, c.LogProbabilities.Count));
    }

    [Fact]
    public void Pieces_that_are_told_make_up_the_texts()
    {
        using var model = ToyModels.Create();
        var told = new string[_prompts.Count];
        var completions = new Sampler(model).Generate(
            _prompts,
            new SamplingSettings { MaxNewTokens = 20, Seed = 4 },
            piece =>
            {
                Assert.NotEmpty(piece.Text);
                told[piece.Row] += piece.Text;
            },
            TestContext.Current.CancellationToken
        );
        Assert.Equal(completions.Select(c => c.Text), told.Select(t => t ?? ""));
    }

    [Fact]
    public void A_stop_sequence_ends_a_completion_and_is_not_part_of_it()
    {
        using var model = ToyModels.Create();
        var settings = new SamplingSettings { MaxNewTokens = 30, Seed = 4 };
        var whole = new Sampler(model).Generate(_prompts, settings, TestContext.Current.CancellationToken);
        var stop = whole[1].Text[4..6];
        var at = whole[1].Text.IndexOf(stop, StringComparison.Ordinal);
        var told = "";

        var cut = new Sampler(model).Generate(
            _prompts,
            settings with
            {
                StopSequences = [stop],
            },
            piece => told += piece.Row == 1 ? piece.Text : "",
            TestContext.Current.CancellationToken
        );

        Assert.Equal(whole[1].Text[..at], cut[1].Text);
        Assert.Equal(cut[1].Text, told);
        Assert.True(cut[1].Ended);
        Assert.True(cut[1].Ids.Count < whole[1].Ids.Count);
        Assert.Equal(whole[1].Ids.Take(cut[1].Ids.Count), cut[1].Ids);
    }

    [Fact]
    public void No_run_of_tokens_occurs_twice_when_that_is_forbidden()
    {
        using var model = ToyModels.Create();
        var greedy = new SamplingSettings { Temperature = 0, MaxNewTokens = 40 };
        var free = new Sampler(model).Generate([_prompts[1]], greedy, TestContext.Current.CancellationToken)[0];
        var bound = new Sampler(model).Generate([_prompts[1]], greedy with { NoRepeatLength = 2 }, TestContext.Current.CancellationToken)[
            0
        ];
        static int Repeats(IReadOnlyList<int> ids) => ids.Count - 1 - ids.Zip(ids.Skip(1)).Distinct().Count();
        Assert.True(Repeats(free.Ids) > 0, "The test needs a model that repeats itself.");
        Assert.Equal(0, Repeats(bound.Ids));
    }

    [Fact]
    public void A_completion_stops_where_the_context_ends()
    {
        using var model = ToyModels.Create();
        IReadOnlyList<int> prompt = [.. Enumerable.Repeat(65, 60)];
        var completions = new Sampler(model).Generate(
            [prompt, [256]],
            new SamplingSettings { Temperature = 0, MaxNewTokens = 10 },
            TestContext.Current.CancellationToken
        );
        Assert.True(completions[0].Ids.Count <= 4);
        Assert.True(completions[1].Ended || completions[1].Ids.Count == 10);
    }

    [Fact]
    public void A_prompt_that_leaves_no_room_is_refused()
    {
        using var model = ToyModels.Create();
        var refusal = Assert.Throws<PromptLengthException>(() =>
            new Sampler(model).Generate(
                [
                    [256],
                    [.. Enumerable.Repeat(65, 64)],
                ],
                new SamplingSettings(),
                TestContext.Current.CancellationToken
            )
        );
        Assert.Equal(
            "Prompt 2 has 64 tokens, but the model's context of 64 allows at most 63 before a completion: shorten it.",
            refusal.Message
        );
    }

    [Fact]
    public void Live_native_tensors_are_the_same_before_and_after()
    {
        using var model = ToyModels.Create();
        var before = LiveTensors.Settled();
        new Sampler(model).Generate(
            _prompts,
            new SamplingSettings { MaxNewTokens = 20, Temperature = 3 },
            TestContext.Current.CancellationToken
        );
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Cancelling_stops_between_tokens()
    {
        using var model = ToyModels.Create();
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => new Sampler(model).Generate(_prompts, new SamplingSettings(), source.Token));
    }
}
