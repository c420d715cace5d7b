using System.Globalization;
using System.Text.Json;
using Annotation.Domain.Projects;
using Annotation.Domain.Prompts;
using Annotation.Domain.Questions;

namespace Annotation.Domain.Preferences.Formats;

/// <summary>
/// OpenAI's summarize-from-feedback. Comparisons: <c>{"info": {"post", "title"?, "subreddit"?}, "summaries": [{"text",
/// "policy"}], "choice": 0|1, "worker", "extra": {"confidence": 1…9}?}</c>; the confidence is kept as a tag. Axis rows:
/// <c>{"info", "summary": {"text", "policy", "axes": {"overall": 1…7, …}}, "worker"}</c>; they grade one summary and
/// rank nothing.
/// </summary>
public sealed class OpenAiSummarizeFormat : Format, IRankingReader, IPromptReader
{
    private static readonly BestQuestion Choice = new(Criterion.Overall) { Name = "Which summary is better?", MaxCompletions = 2 };

    private static readonly ReasonQuestion Confidence = new("confidence")
    {
        Name = "How sure are you?",
        Tags = [.. Enumerable.Range(1, 9).Select(n => new Questions.Choice($"confidence-{n}", n.ToString(CultureInfo.InvariantCulture)))],
    };

    public override string Name => "openai-summarize";

    public IEnumerable<IReadOnlyList<PromptMessage>> ReadPrompts(JsonElement line) => [Prompt(line)];

    public IEnumerable<ReadRanking> ReadRankings(JsonElement line)
    {
        var prompt = Prompt(line);
        var worker = line.Optional("worker")?.Text("worker");
        return line.Optional("summary") is { } summary
            ? ReadGrades(summary).Select(answer => ReadRanking.Of(prompt, answer, worker, at: null))
            : ReadComparison(line).Select(answer => ReadRanking.Of(prompt, answer, worker, at: null));
    }

    private static IEnumerable<ReadAnswer> ReadComparison(JsonElement line)
    {
        var summaries = line.Field("summaries").Elements("summaries").ToList();
        if (summaries.Count != 2)
        {
            throw new ImportFaultException($"field 'summaries' has {summaries.Count} summaries; a comparison has two");
        }

        var pair = new AnsweredPair(Summary(summaries[0], 0), Summary(summaries[1], 1));
        var choice = line.Field("choice").Integer("choice");
        yield return choice is 0 or 1
            ? pair.Answer(Choice, new BestAnswer(choice == 0 ? AnsweredPair.First : AnsweredPair.Second))
            : throw new ImportFaultException($"field 'choice' is {choice}; it is 0 or 1");
        if (line.Optional("extra")?.Optional("confidence") is { } confidence)
        {
            yield return pair.Answer(Confidence, new ReasonAnswer(Tags: [$"confidence-{confidence.Integer("extra.confidence")}"]));
        }
    }

    private static IEnumerable<ReadAnswer> ReadGrades(JsonElement summary)
    {
        var completions = new Dictionary<Guid, RankedCompletion> { [AnsweredPair.First] = Summary(summary, position: null) };
        var axes = summary.Field("axes");
        if (axes.ValueKind != JsonValueKind.Object)
        {
            throw new ImportFaultException("field 'summary.axes' is not an object of grades");
        }

        foreach (var axis in axes.EnumerateObject().Where(a => a.Value.ValueKind != JsonValueKind.Null))
        {
            var grade = new RatingAnswer(new Dictionary<Guid, int> { [AnsweredPair.First] = axis.Value.Integer("summary.axes") });
            yield return new ReadAnswer(new RatingQuestion(axis.Name) { Name = axis.Name }, grade, completions);
        }
    }

    private static RankedCompletion Summary(JsonElement summary, int? position) =>
        new(summary.Field("text").Text("summaries.text"), Rank: 0, position, summary.Optional("policy")?.Text("summaries.policy"));

    /// <summary>The post as the models were asked about it.</summary>
    private static IReadOnlyList<PromptMessage> Prompt(JsonElement line)
    {
        var info = line.Field("info");
        var post = (info.Optional("post") ?? info.Optional("article"))?.Text("info.post");
        string?[] parts =
        [
            info.Optional("subreddit") is { } subreddit ? $"SUBREDDIT: r/{subreddit.AnyText("info.subreddit")}" : null,
            info.Optional("title") is { } title ? $"TITLE: {title.AnyText("info.title")}" : null,
            post is null ? throw new ImportFaultException("field 'info.post' is missing") : $"POST: {post}",
            "TL;DR:",
        ];
        return PromptMessage.FromUser(string.Join("\n\n", parts.OfType<string>()));
    }
}
