using Annotation.Learning.PolicyGradients;
using Annotation.Learning.RewardModeling;
using Annotation.Learning.RewardModeling.Features;
using Annotation.Learning.Rewards;
using Annotation.Learning.Tests.Tensors;
using Annotation.Learning.Tests.Training;
using Annotation.Learning.Text;
using Annotation.Learning.Training;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.RewardModeling;

[Collection(NativeTensorCount.Name)]
public sealed class FeatureHeadTests
{
    private static readonly string[] _words = ["please", "thanks", "blue", "green", "stone", "river", "never", "always"];

    /// <summary>Completions of eight words; the better one says "please" more often.</summary>
    private static RankedPrompt Ranking(int seed)
    {
        var random = new SeededRandom((ulong)seed);
        string[] texts =
        [
            .. Enumerable.Range(0, 3).Select(_ => string.Join(' ', Enumerable.Range(0, 8).Select(_ => _words[random.NextInt(8)]))),
        ];
        int?[] ranks = [.. texts.Select(t => (int?)(1 + texts.Count(o => Count(o) > Count(t))))];
        return new([new Message("user", $"question {seed}")], texts, new Dictionary<string, int?[]> { ["overall"] = ranks });

        static int Count(string text) => text.Split(' ').Count(w => w == "please");
    }

    private static IReadOnlyList<RankedPrompt> Rankings(int from, int count) => [.. Enumerable.Range(from, count).Select(Ranking)];

    [Fact]
    public void Features_count_words_pairs_ends_length_and_echoes()
    {
        var features = TextFeatures
            .Of(
                [new Message("user", "Where is Paris?"), new Message("assistant", "In France."), new Message("user", "And Rome?")],
                "Rome is, Rome IS here!"
            )
            .ToDictionary(f => f.Key, f => f.Value);
        Assert.Equal(Math.Log(3), features["w:rome"], 1e-12);
        Assert.Equal(Math.Log(2), features["w:!"], 1e-12);
        Assert.Equal(0.7 * Math.Log(3), features["p:rome is"], 1e-12);
        Assert.Equal(1, features["begins:rome is , rome"]);
        Assert.Equal(1, features["ends:!"]);
        Assert.Equal(0.7, features["ends:is here !"]);
        Assert.Equal(Math.Log(23), features["length"], 1e-12);
        // Seven words: log 8 is past the bend at 2 and not past the one at 3.
        Assert.Equal((Math.Log(8) - 2) / 2, features["length>2"], 1e-12);
        Assert.DoesNotContain("length>3", features.Keys);
        // Content words are rome, rome and here; the last message has said rome, nobody has said here.
        Assert.Equal(Math.Log(3), features["echo"], 1e-12);
        Assert.Equal(2.0 / 3, features["echo share"], 1e-12);
        Assert.Equal(Math.Log(2), features["new"], 1e-12);
        Assert.DoesNotContain("repeated", features.Keys);
        Assert.Equal(TextFeatures.Of([], "").Count, TextFeatures.Of([], "").Select(f => f.Key).Distinct().Count());
    }

    [Fact]
    public void The_head_learns_the_word_that_wins_and_many_validation_pairs_choose_its_variance()
    {
        var head = FeatureHead.Fit(["overall"], Rankings(0, 80), Rankings(500, 250), TestContext.Current.CancellationToken);
        var test = Rankings(1000, 60);
        var pairs = Annotation.Learning.Evaluation.PreferencePair.Of(test, "overall");
        var right = pairs.Count(p => head.Score(test[p.Ranking].Prompt, p.Chosen)[0] > head.Score(test[p.Ranking].Prompt, p.Rejected)[0]);
        Assert.InRange(right / (double)pairs.Count, 0.9, 1);
        // Nothing here is noise, so the largest variance predicts best; few pairs do not choose.
        Assert.Equal(0.4, head.Variance[0]);
        Assert.Equal(0.025, FeatureHead.Fit(["overall"], test, Rankings(500, 20), TestContext.Current.CancellationToken).Variance[0]);
        Assert.DoesNotContain("w:question", head.Keys);
        Assert.Equal(0, FeatureHead.Fit(["other"], test, [], TestContext.Current.CancellationToken).Weights[0].Sum(Math.Abs));
    }

    [Fact]
    public void The_weights_are_at_the_minimum_of_the_penalised_loss()
    {
        // Two features, four pairs with weights: the gradient must vanish.
        (double[] Values, double Weight)[] rows = [([1, 0.5], 1), ([-0.3, 2], 0.5), ([0.2, -1], 1), ([-1.5, 0.1], 0.25)];
        var pairs = rows.Select(r => (FeatureRow.Of([(0, r.Values[0]), (1, r.Values[1])]), r.Weight)).ToList();
        const double penalty = 0.05;
        var weights = new FeaturePairs(pairs, 2).Fit(penalty, TestContext.Current.CancellationToken);
        for (var f = 0; f < 2; f++)
        {
            var gradient =
                penalty * weights[f]
                - rows.Sum(r => r.Weight / 2.75 * r.Values[f] / (1 + Math.Exp(r.Values[0] * weights[0] + r.Values[1] * weights[1])));
            Assert.Equal(0, gradient, 1e-6);
        }
        Assert.True(weights[0] > 0, $"{weights[0]}");
    }

    [Fact]
    public void A_mix_finds_the_temperature_and_which_score_to_believe()
    {
        // Labels follow half of the first score; the second is noise.
        var random = new SeededRandom(3);
        var pairs = Enumerable
            .Range(0, 4000)
            .Select(_ =>
            {
                var (a, b) = (2 * random.NextNormal(), random.NextNormal());
                return random.NextDouble() < 1 / (1 + Math.Exp(-a / 2)) ? (a, b, 1.0) : (-a, -b, 1.0);
            })
            .ToList();
        var mix = ScoreMix.Fit(pairs, hasFeatures: true);
        Assert.Equal(0.5, mix.Network, 0.05);
        Assert.InRange(mix.Features, 0, 0.1);
        Assert.Equal(0.5, ScoreMix.Fit(pairs, hasFeatures: false).Network, 0.05);
        Assert.Equal(0, ScoreMix.Fit(pairs, hasFeatures: false).Features);
        Assert.Equal(ScoreMix.Start(true), ScoreMix.Fit([], hasFeatures: true));
    }

    [Fact]
    public void A_trunk_made_of_the_texts_scores_what_a_policy_with_another_tokenizer_writes()
    {
        var settings = new RewardModelSettings
        {
            TrunkEpochs = 1,
            TrunkHeads = 2,
            TrunkContext = 64,
            Epochs = 1,
            Features = true,
        };
        using var trunk = OwnTrunk
            .Train(settings, 1, Rankings(0, 40), Rankings(500, 10), CPU, ct: TestContext.Current.CancellationToken)
            .Trunk;
        Assert.Equal(262 + _words.Length * 2 + 1, trunk.Tokenizer.VocabularySize);
        using var model = new RewardModelTrainer(settings)
            .Train(trunk, [new("overall", 1)], Rankings(0, 40), Rankings(500, 10), ct: TestContext.Current.CancellationToken)
            .Model;
        using var policy = TrainableModels.Create();
        var source = new RewardModelSource(model, policy);
        IReadOnlyList<Message> prompt = [new("user", "question 3")];
        const string text = "please blue please";
        var ids = policy.Template.EncodeCompletion(text).ToArray();
        var rollout = new Rollout(prompt, [.. policy.Template.EncodePrompt(prompt)], ids, Ended: true, text);
        Assert.Equal(
            model.Score(prompt, [text], TestContext.Current.CancellationToken)[0][0],
            source.Score([rollout], TestContext.Current.CancellationToken)[0],
            1e-6
        );
        // Longer than the reward model can read: read from its beginning.
        var longer = rollout with
        {
            Text = string.Join(' ', Enumerable.Repeat("qqqq", 50)),
        };
        Assert.True(double.IsFinite(source.Score([longer], TestContext.Current.CancellationToken)[0]));
        Assert.Equal(int.MaxValue, source.ContextLength);
        Assert.Equal(64, new RewardModelSource(model).ContextLength);
    }

    [Fact]
    public void A_trunk_made_of_the_texts_is_held_as_the_settings_say()
    {
        var settings = new RewardModelSettings
        {
            TrunkEpochs = 1,
            TrunkContext = 64,
            Epochs = 1,
            LoraRank = 2,
            Precision = WeightPrecision.Bf16,
            RecomputeActivations = true,
        };
        var ct = TestContext.Current.CancellationToken;
        using var trunk = OwnTrunk.Train(settings, 1, Rankings(0, 40), Rankings(500, 10), CPU, ct: ct).Trunk;
        Assert.Equal(
            (true, true, ScalarType.BFloat16),
            (trunk.Model.HasAdapter, trunk.Model.RecomputesActivations, trunk.Model.ScalarType)
        );
        var (shape, template) = OwnTrunk.Describe(settings, Rankings(0, 40));
        Assert.Equal((trunk.Model.Config, trunk.Template.Name), (shape, template.Name));
        using var reward = new RewardModelTrainer(settings)
            .Train(trunk, [new("overall", 1)], Rankings(0, 40), Rankings(500, 10), ct: ct)
            .Model;
        // The adapter learns, what the texts taught stays.
        Assert.Equal(TrainableModels.Fingerprint(trunk.Model), TrainableModels.Fingerprint(reward.Members[0].Trunk));
        Assert.NotEqual(
            TrainableModels.Fingerprint(trunk.Model.Trainable.Values),
            TrainableModels.Fingerprint(reward.Members[0].Trunk.Trainable.Values)
        );
    }

    [Fact]
    public void A_trunk_made_of_the_texts_is_the_same_after_a_stop()
    {
        using var folder = new TemporaryFolder();
        using (var recorder = new RunRecorder(2))
        {
            Assert.Throws<OperationCanceledException>(() => Train(folder.Path, recorder));
        }
        Assert.Equal(Train(null, null), Train(folder.Path, null));

        static string Train(string? folder, RunRecorder? recorder)
        {
            var settings = new RewardModelSettings
            {
                TrunkEpochs = 4,
                TrunkHeads = 2,
                TrunkContext = 64,
            };
            using var trunk = OwnTrunk
                .Train(
                    settings,
                    1,
                    Rankings(0, 80),
                    Rankings(500, 10),
                    CPU,
                    folder is null ? null : new Learning.Checkpoints.CheckpointFolder(folder),
                    recorder,
                    recorder?.Token ?? default
                )
                .Trunk;
            return TrainableModels.Fingerprint(trunk.Model);
        }
    }
}
