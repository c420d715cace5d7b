using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Annotation.Domain.Projects;
using Annotation.Domain.Prompts;
using Annotation.Domain.Questions;

namespace Annotation.Domain.Preferences.Formats;

/// <summary>A ranking as files hold it, or an answer that ranks nothing: its content has no items then.</summary>
/// <param name="Content">What was judged and how.</param>
/// <param name="Source">Where it first came from; null when the file does not say.</param>
/// <param name="ActiveMilliseconds">How long the judgement took.</param>
public sealed record ReadRanking(RankingContent Content, string? Source = null, int? ActiveMilliseconds = null)
{
    /// <summary>What the labeler was asked and answered; null when only the order is known.</summary>
    public ReadAnswer? Answer { get; init; }

    /// <summary>The other answers of the same submission, when somebody looked for them.</summary>
    public IReadOnlyList<ReadAnswer> Beside { get; init; } = [];

    /// <summary>Whether it orders completions.</summary>
    public bool Ranks => Content.Items.Count > 0;

    /// <summary>SHA-256 of what it says, 32 bytes: the ranking's, or the answer's when it ranks nothing.</summary>
    public byte[] Hash() => Ranks || Answer is null ? Content.Hash() : Answer.Hash(Content);

    /// <summary>The row of an answer: checked as one that comes from a browser, ranked as its question says.</summary>
    /// <param name="prompt">The conversation.</param>
    /// <param name="answer">Question, value and completions.</param>
    /// <param name="labeler">Who judged; null when unknown.</param>
    /// <param name="at">When; null when unknown.</param>
    /// <exception cref="ImportFaultException">The question or the answer is wrong.</exception>
    public static ReadRanking Of(IReadOnlyList<PromptMessage> prompt, ReadAnswer answer, string? labeler, DateTimeOffset? at)
    {
        var written = answer.Value as EditAnswer;
        var judged = answer.Completions.Where(c => written is null || c.Value.Text != written.Text).ToList();
        var problem =
            answer.Question.CheckQuestion()
            ?? answer.Question.Check(answer.Value, judged.ConvertAll(c => new ShownCompletion(c.Key, c.Value.Text)));
        if (problem is not null)
        {
            throw new ImportFaultException(problem.TrimEnd('.'));
        }

        var ranks = written is null
            ? answer.Question.Rank(answer.Value, judged.ConvertAll(c => c.Key))
            : answer
                .Completions.Where(c => c.Key == written.Of || c.Value.Text == written.Text)
                .ToDictionary(c => c.Key, c => c.Key == written.Of ? 2 : 1);
        var criterion = answer.Question.RankedCriterion ?? (answer.Question as EditQuestion)?.Criterion ?? Criterion.Overall;
        var items = (ranks ?? new Dictionary<Guid, int>()).Select(r => answer.Completions[r.Key] with { Rank = r.Value });
        return new ReadRanking(new RankingContent(prompt, criterion, [.. items], labeler, at)) { Answer = answer };
    }
}

/// <summary>What a labeler was asked about completions, and answered, as files hold it.</summary>
/// <param name="Question">The question, with its settings.</param>
/// <param name="Value">The answer; it names completions by the ids of <paramref name="Completions"/>.</param>
/// <param name="Completions">All that were judged, ranked or not, with the place at which they were shown.</param>
public sealed record ReadAnswer(Question Question, AnswerValue Value, IReadOnlyDictionary<Guid, RankedCompletion> Completions)
{
    private const char FieldEnd = '\u001f';

    /// <summary>Version of the guideline that the labeler had, where it was judged.</summary>
    public int? GuidelineVersion { get; init; }

    /// <summary>Version of the questionnaire that asked, where it was judged.</summary>
    public int? QuestionnaireVersion { get; init; }

    /// <summary>The same for all answers that were given at once; null when unknown.</summary>
    public string? Submission { get; init; }

    /// <summary>Whether a later answer of the same labeler about the same completions replaces it.</summary>
    public bool Replaceable { get; init; }

    /// <summary>How files name a completion: SHA-256 of its text, 64 hexadecimal digits.</summary>
    public string NameOf(Guid id) => Convert.ToHexStringLower(PromptText.Hash(Completions[id].Text));

    /// <summary>SHA-256 of an answer that ranks nothing, 32 bytes.</summary>
    internal byte[] Hash(RankingContent content)
    {
        var text = new StringBuilder("answer-1").Append(FieldEnd);
        text.Append(Subject(content)).Append(FieldEnd);
        text.Append(content.JudgedAt?.ToUnixMicroseconds()).Append(FieldEnd);
        text.Append(AnswerJson.Write(Value, NameOf).ToJsonString()).Append(FieldEnd);
        text.AppendJoin(
            FieldEnd,
            Completions
                .Values.Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.ShownPosition},{c.ModelName}"))
                .Order(StringComparer.Ordinal)
        );
        return SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>SHA-256 of what was asked of whom, 32 bytes: a later replaceable answer with the same one counts instead.</summary>
    internal byte[] SubjectHash(RankingContent content) => SHA256.HashData(Encoding.UTF8.GetBytes(Subject(content)));

    private string Subject(RankingContent content) =>
        string.Join(
            FieldEnd,
            Completions
                .Select(c => NameOf(c.Key) + "," + c.Value.ModelName)
                .Order(StringComparer.Ordinal)
                .Prepend(content.LabelerName ?? "")
                .Prepend(Question.Key)
                .Prepend(Convert.ToHexStringLower(PromptText.Hash(content.Prompt)))
        );
}
