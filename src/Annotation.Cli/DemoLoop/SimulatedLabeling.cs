using Annotation.Client;
using Annotation.Client.Contracts;
using Annotation.Demo.Judges;
using Annotation.Demo.Labelers;
using Annotation.Demo.Randomness;

namespace Annotation.Cli.DemoLoop;

/// <summary>
/// Simulated people at work: each signs in with a token of their own and takes, ranks and submits tasks through the same API as the
/// labelers' page, in turns, so that the same seed gives everybody the same tasks.
/// </summary>
public sealed class SimulatedLabeling(AnnotationClient admin, string server, GoldJudge judge, DemoSettings settings)
{
    private readonly SeededRandom shuffle = SeededRandom.Of((ulong)settings.Seed, "shuffled labels");

    /// <summary>Makes the people and lets them rank until no task is left.</summary>
    /// <returns>Number of submissions.</returns>
    public async Task<int> RunAsync(string project, CancellationToken cancellation)
    {
        var people = new List<(SimulatedLabeler Labeler, AnnotationClient Client)>();
        try
        {
            foreach (var labeler in LabelerPool.Create(settings.Labelers, (ulong)settings.Seed))
            {
                var person = await FindOrCreateAsync(labeler.Name, cancellation);
                var token = await admin.Accounts.IssueTokenAsync(new IssueTokenRequest("simulated", person), cancellation);
                people.Add((labeler, new AnnotationClient(server, token.Token)));
            }

            var submissions = 0;
            for (var working = people.ToList(); working.Count > 0; )
            {
                foreach (var person in working.ToList())
                {
                    if (await RankNextAsync(person.Labeler, person.Client, project, cancellation) is { } submitted)
                    {
                        submissions += submitted;
                    }
                    else
                    {
                        working.Remove(person);
                    }
                }
            }

            return submissions;
        }
        finally
        {
            people.ForEach(person => person.Client.Dispose());
        }
    }

    private async Task<Guid> FindOrCreateAsync(string name, CancellationToken cancellation)
    {
        var people = await admin.Accounts.ListPeopleAsync(cancellation);
        return people.FirstOrDefault(person => person.UserName == name)?.Id
            ?? (await admin.Accounts.CreatePersonAsync(new CreatePersonRequest(name, name, ["labeler"]), cancellation)).Id;
    }

    // How many answers it submitted, none for a task that it skipped; null when no task is left.
    private async Task<int?> RankNextAsync(
        SimulatedLabeler labeler,
        AnnotationClient client,
        string project,
        CancellationToken cancellation
    )
    {
        var task = await client.Labeling.NextAsync(project, cancellation);
        if (task is null)
        {
            return null;
        }

        var answers = task
            .Questions.OfType<RankingQuestionRow>()
            .Where(question => judge.Criteria.Contains(question.Key))
            .ToDictionary(question => question.Key, question => (AnswerValueRow)Rank(labeler, task, question.Key));
        if (answers.Count == 0)
        {
            await client.Labeling.SkipAsync(
                task.AssignmentId,
                new SkipRequest(task.LeaseVersion, "Simulated people only rank."),
                cancellation
            );
            return 0;
        }

        await client.Labeling.SubmitAsync(
            task.AssignmentId,
            new SubmitRequest(Guid.CreateVersion7(), task.LeaseVersion, answers),
            cancellation
        );
        return 1;
    }

    private RankingValue Rank(SimulatedLabeler labeler, TaskView task, string criterion)
    {
        // In an order that the texts alone decide: the shown one differs from run to run.
        var completions = task.Completions.OrderBy(completion => completion.Text, StringComparer.Ordinal).ToList();
        var ranks = labeler.Rank(
            judge,
            criterion,
            [.. task.Prompt.Select(turn => (turn.Role, turn.Text))],
            [.. completions.Select(completion => completion.Text)]
        );
        if (settings.ShuffleLabels)
        {
            ranks = shuffle.Shuffle(ranks);
        }

        return new RankingValue(completions.Zip(ranks).ToDictionary(pair => pair.First.Id, pair => pair.Second));
    }
}
