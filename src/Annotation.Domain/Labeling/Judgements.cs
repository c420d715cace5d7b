using Annotation.Domain.Data;
using Annotation.Domain.Dialogues;
using Annotation.Domain.Preferences;
using Annotation.Domain.Preferences.Imports;
using Annotation.Domain.Prompts;
using Annotation.Domain.Questions;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Labeling;

/// <summary>Adds what answers mean: a ranking for each that orders the completions, a demonstration for each text.</summary>
internal sealed class Judgements(AnnotationDbContext db, AssignmentContent content, Assignment assignment, DateTimeOffset at)
{
    /// <summary>Adds them to the context. Answers that neither rank nor show anything are kept as answers alone.</summary>
    public async Task AddAsync(IReadOnlyList<Answer> answers, CancellationToken cancellationToken)
    {
        var shown = content.Completions.ToDictionary(c => c.Id);
        foreach (var answer in answers)
        {
            var question = content.Questions.Single(q => q.Key == answer.QuestionKey);
            if (question.Rank(answer.Value, assignment.ShownOrder) is { } ranks)
            {
                var ranked = ranks.Select(r => (shown[r.Key], r.Value)).ToList();
                await AddRankingAsync(answer, question.RankedCriterion!, ranked, cancellationToken);
            }

            // Of two people the assistant's side learns: its submit makes the demonstrations, once.
            if (answer.Value is DialogueAnswer dialogue && assignment.Seat != DialogueSeat.User)
            {
                await AddDialogueAsync(answer, dialogue.Turns, cancellationToken);
            }

            if (question.Write(answer.Value) is { } written)
            {
                var completion = await AddDemonstrationAsync(
                    content.PromptId,
                    answer,
                    written.Text,
                    assignment.PersonId,
                    cancellationToken
                );
                if (written.BetterThan is { } original)
                {
                    var own = new AssignedCompletion(completion.Id, completion.Text, completion.ModelName);
                    await AddRankingAsync(answer, written.Criterion!, [(own, 1), (shown[original], 2)], cancellationToken);
                }
            }
        }
    }

    private async Task AddRankingAsync(
        Answer answer,
        string criterion,
        List<(AssignedCompletion Completion, int Rank)> ranked,
        CancellationToken cancellationToken
    )
    {
        // What the labeler wrote was not shown.
        var position = assignment.ShownOrder.Index().ToDictionary(pair => pair.Item, pair => (int?)pair.Index);
        var judged = new RankingContent(
            content.Prompt,
            criterion,
            [
                .. ranked.Select(r => new RankedCompletion(
                    r.Completion.Text,
                    r.Rank,
                    position.GetValueOrDefault(r.Completion.Id),
                    r.Completion.ModelName
                )),
            ],
            content.Labeler,
            at
        );
        var earlier = answer.SupersedesId is null
            ? null
            : await db
                .Rankings.Where(r => r.AnswerId == answer.SupersedesId)
                .Select(r => (Guid?)r.Id)
                .SingleOrDefaultAsync(cancellationToken);
        var ranking = new Ranking
        {
            ProjectId = content.ProjectId,
            PromptId = content.PromptId,
            Criterion = criterion,
            LabelerId = assignment.PersonId,
            LabelerName = content.Labeler,
            AnswerId = answer.Id,
            Source = "answer",
            ContentHash = judged.Hash(),
            SupersedesId = earlier,
            JudgedAt = at,
            ActiveMilliseconds = answer.ActiveMilliseconds,
            CreatedAt = at,
        };
        ranking.Items.AddRange(
            ranked.Select(r => new RankingItem
            {
                CompletionId = r.Completion.Id,
                Rank = r.Rank,
                ShownPosition = position.GetValueOrDefault(r.Completion.Id),
            })
        );
        db.Rankings.Add(ranking);
    }

    /// <summary>A demonstration at each turn of the assistant, after all turns before it: what users say is never learned.</summary>
    private async Task AddDialogueAsync(Answer answer, IReadOnlyList<WrittenTurn> turns, CancellationToken cancellationToken)
    {
        List<PromptMessage> soFar = [.. content.Prompt];
        foreach (var turn in turns)
        {
            if (turn.Role == PromptMessage.Assistant)
            {
                var (ids, _) = await db.AddPromptsAsync(
                    content.ProjectId,
                    [
                        [.. soFar],
                    ],
                    DialogueTurns.PromptSource,
                    at,
                    cancellationToken
                );
                await AddDemonstrationAsync(
                    ids.Values.Single(),
                    answer,
                    turn.Text,
                    turn.PersonId ?? assignment.PersonId,
                    cancellationToken
                );
            }

            soFar.Add(new PromptMessage(turn.Role, turn.Text));
        }
    }

    private async Task<Completion> AddDemonstrationAsync(
        Guid promptId,
        Answer answer,
        string text,
        Guid writer,
        CancellationToken cancellationToken
    )
    {
        var hash = PromptText.Hash(text);
        var completion = await db.Completions.SingleOrDefaultAsync(
            c => c.PromptId == promptId && c.TextHash == hash && c.PersonId == writer && c.ModelId == null && c.ModelName == null,
            cancellationToken
        );
        if (completion is null)
        {
            completion = new Completion
            {
                PromptId = promptId,
                Text = text,
                TextHash = hash,
                PersonId = writer,
                CreatedAt = at,
            };
            db.Completions.Add(completion);
        }

        var earlier = answer.SupersedesId is null
            ? null
            : await db
                .Demonstrations.Where(d => d.AnswerId == answer.SupersedesId && d.PromptId == promptId)
                .Select(d => (Guid?)d.Id)
                .SingleOrDefaultAsync(cancellationToken);
        db.Demonstrations.Add(
            new Demonstration
            {
                ProjectId = content.ProjectId,
                PromptId = promptId,
                CompletionId = completion.Id,
                PersonId = writer,
                Source = "answer",
                AnswerId = answer.Id,
                SupersedesId = earlier,
                CreatedAt = at,
            }
        );
        return completion;
    }
}
