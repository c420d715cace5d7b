using Annotation.Learning.Checkpoints;
using Annotation.Learning.RewardModeling;
using Annotation.Learning.Tests.Tensors;
using Annotation.Learning.Tests.Training;
using Annotation.Learning.Text;
using Xunit;
using static TorchSharp.torch;

namespace Annotation.Learning.Tests.RewardModeling;

[Collection(NativeTensorCount.Name)]
public sealed class RewardModelFolderTests
{
    [Fact]
    public void An_ensemble_has_members_of_its_own_and_survives_the_disk()
    {
        using var folder = new TemporaryFolder();
        using var init = TrainableModels.Create();
        var before = TrainableModels.Fingerprint(init.Model);
        var settings = LetterRankings.Quick with { Members = 2, Epochs = 1, EnsembleRule = EnsembleRule.Worst, Features = true };
        using var model = new RewardModelTrainer(settings)
            .Train(init, LetterRankings.Criteria, LetterRankings.Train, [], ct: TestContext.Current.CancellationToken)
            .Model;
        model.Save(folder.Path);
        using var loaded = RewardModel.Load(folder.Path, CPU);

        Assert.NotEqual(TrainableModels.Fingerprint(model.Members[0].Trunk), TrainableModels.Fingerprint(model.Members[1].Trunk));
        Assert.Equal(before, TrainableModels.Fingerprint(init.Model));
        Assert.Equal(model.Criteria, loaded.Criteria);
        Assert.Equal(EnsembleRule.Worst, loaded.Rule);
        Assert.Equal(model.Mixes, loaded.Mixes);
        Assert.NotEmpty(loaded.Features!.Keys);
        IReadOnlyList<Message> prompt = [new("user", "5")];
        Assert.Equal(
            model.Score(prompt, ["zazb", "q"], TestContext.Current.CancellationToken),
            loaded.Score(prompt, ["zazb", "q"], TestContext.Current.CancellationToken)
        );
    }

    [Theory]
    [InlineData("reward_model.json", "{}", "criteria")]
    [InlineData("reward_model.json", "{", "is not valid")]
    [InlineData("reward_model.json", null, "missing")]
    [InlineData("reward_head.safetensors", null, "missing")]
    public void A_broken_folder_is_refused_by_file(string file, string? content, string complaint)
    {
        using var folder = new TemporaryFolder();
        using var init = TrainableModels.Create();
        using (
            var model = new RewardModelTrainer(LetterRankings.Quick with { Epochs = 1 })
                .Train(init, LetterRankings.Criteria, [.. LetterRankings.Train.Take(8)], [], ct: TestContext.Current.CancellationToken)
                .Model
        )
        {
            model.Save(folder.Path);
        }
        File.Delete(Path.Combine(folder.Path, file));
        if (content is not null)
        {
            File.WriteAllText(Path.Combine(folder.Path, file), content);
        }
        var refusal = Assert.Throws<ModelFolderException>(() => RewardModel.Load(folder.Path, CPU));
        Assert.Contains(file, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(complaint, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(13)]
    [InlineData(26)]
    public void Stopped_anywhere_and_resumed_it_ends_with_the_same_bytes(int stopAfter)
    {
        var uninterrupted = Train(null, null);
        using var folder = new TemporaryFolder();
        using (var recorder = new RunRecorder(stopAfter))
        {
            Assert.Throws<OperationCanceledException>(() => Train(folder.Path, recorder));
        }
        Assert.Equal(uninterrupted, Train(folder.Path, null));

        // 12 steps a member: the stops are in the first, in the second, and in the third.
        static string Train(string? folder, RunRecorder? recorder)
        {
            using var init = TrainableModels.Create();
            using var model = new RewardModelTrainer(LetterRankings.Quick with { Epochs = 1, Members = 3 })
                .Train(
                    init,
                    LetterRankings.Criteria,
                    LetterRankings.Train,
                    [.. LetterRankings.Test.Take(8)],
                    folder is null ? null : new CheckpointFolder(folder),
                    recorder,
                    ct: recorder?.Token ?? default
                )
                .Model;
            return TrainableModels.Fingerprint(
                    model.Members.SelectMany(m => m.Trunk.Weights.Values.Append(m.HeadWeight).Append(m.HeadBias))
                ) + string.Join(',', model.Members.SelectMany(m => m.Normalization));
        }
    }
}
