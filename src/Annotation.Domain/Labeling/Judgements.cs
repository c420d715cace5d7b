using Annotation.Domain.Data;
using Annotation.Domain.Preferences;
using Annotation.Domain.Preferences.Imports;
using Annotation.Domain.Prompts;
using Annotation.Domain.Questions;
using Microsoft.EntityFrameworkCore;

namespace Annotation.Domain.Labeling;

/// <summary>Adds what answers mean: a ranking for each that orders the completions, a demonstration for each text.</summary>
internal sealed class Judgements(AnnotationDbContext db, LabelingTask task, Assignment assignment, DateTimeOffset at)
{
    /// <summary>Adds them to the context. Answers that neither rank nor show anything are kept as answers alone.</summary>
    public async Task AddAsync(IReadOnlyList<Question> questions, IReadOnlyList<Answer> answers, CancellationToken cancellationToken)
    {
        var prompt = await db.Prompts.AsNoTracking().SingleAsync(p => p.Id == task.PromptId, cancellationToken);
        var labeler = await db.People.Where(p => p.Id == assignment.PersonId).Select(p => p.UserName).SingleAsync(cancellationToken);
        var shown = await db
            .Completions.AsNoTracking()
            .Where(c => assignment.ShownOrder.Contains(c.Id))
            .ToDictionaryAsync(c => c.Id, cancellationToken);
        foreach (var answer in answers)
        {
            var question = questions.Single(q => q.Key == answer.QuestionKey);
            if (question.Rank(answer.Value, assignment.ShownOrder) is { } ranks)
            {
                var ranked = ranks.Select(r => (shown[r.Key], r.Value)).ToList();
                await AddRankingAsync(prompt, labeler!, answer, question.RankedCriterion!, ranked, cancellationToken);
            }

            if (answer.Value is DialogueAnswer dialogue)
            {
                await AddDialogueAsync(prompt, answer, dialogue.Turns, cancellationToken);
            }

            if (question.Write(answer.Value) is { } written)
            {
                var completion = await AddDemonstrationAsync(prompt, answer, written.Text, cancellationToken);
                if (written.BetterThan is { } original)
                {
                    await AddRankingAsync(
                        prompt,
                        labeler!,
                        answer,
                        written.Criterion!,
                        [(completion, 1), (shown[original], 2)],
                        cancellationToken
                    );
                }
            }
        }
    }

    private async Task AddRankingAsync(
        Prompt prompt,
        string labeler,
        Answer answer,
        string criterion,
        List<(Completion Completion, int Rank)> ranked,
        CancellationToken cancellationToken
    )
    {
        // What the labeler wrote was not shown.
        var position = assignment.ShownOrder.Index().ToDictionary(pair => pair.Item, pair => (int?)pair.Index);
        var content = new RankingContent(
            prompt.Messages,
            criterion,
            [
                .. ranked.Select(r => new RankedCompletion(
                    r.Completion.Text,
                    r.Rank,
                    position.GetValueOrDefault(r.Completion.Id),
                    r.Completion.ModelName
                )),
            ],
            labeler,
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
            ProjectId = task.ProjectId,
            PromptId = prompt.Id,
            Criterion = criterion,
            LabelerId = assignment.PersonId,
            LabelerName = labeler,
            AnswerId = answer.Id,
            Source = "answer",
            ContentHash = content.Hash(),
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
    private async Task AddDialogueAsync(
        Prompt opening,
        Answer answer,
        IReadOnlyList<WrittenTurn> turns,
        CancellationToken cancellationToken
    )
    {
        List<PromptMessage> soFar = [.. opening.Messages];
        foreach (var turn in turns)
        {
            if (turn.Role == PromptMessage.Assistant)
            {
                var (ids, _) = await db.AddPromptsAsync(
                    task.ProjectId,
                    [
                        [.. soFar],
                    ],
                    "dialogue",
                    at,
                    cancellationToken
                );
                var id = ids.Values.Single();
                var prompt = await db.Prompts.AsNoTracking().SingleAsync(p => p.Id == id, cancellationToken);
                await AddDemonstrationAsync(prompt, answer, turn.Text, cancellationToken);
            }

            soFar.Add(new PromptMessage(turn.Role, turn.Text));
        }
    }

    private async Task<Completion> AddDemonstrationAsync(Prompt prompt, Answer answer, string text, CancellationToken cancellationToken)
    {
        var hash = PromptText.Hash(text);
        var completion = await db.Completions.SingleOrDefaultAsync(
            c =>
                c.PromptId == prompt.Id
                && c.TextHash == hash
                && c.PersonId == assignment.PersonId
                && c.ModelId == null
                && c.ModelName == null,
            cancellationToken
        );
        if (completion is null)
        {
            completion = new Completion
            {
                PromptId = prompt.Id,
                Text = text,
                TextHash = hash,
                PersonId = assignment.PersonId,
                CreatedAt = at,
            };
            db.Completions.Add(completion);
        }

        var earlier = answer.SupersedesId is null
            ? null
            : await db
                .Demonstrations.Where(d => d.AnswerId == answer.SupersedesId && d.PromptId == prompt.Id)
                .Select(d => (Guid?)d.Id)
                .SingleOrDefaultAsync(cancellationToken);
        db.Demonstrations.Add(
            new Demonstration
            {
                ProjectId = task.ProjectId,
                PromptId = prompt.Id,
                CompletionId = completion.Id,
                PersonId = assignment.PersonId,
                Source = "answer",
                AnswerId = answer.Id,
                SupersedesId = earlier,
                CreatedAt = at,
            }
        );
        return completion;
    }
}
