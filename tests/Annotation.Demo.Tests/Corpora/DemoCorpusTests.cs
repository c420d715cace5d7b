using Annotation.Demo.Corpora;
using Annotation.Demo.Judges;
using Annotation.Demo.Prompts;

namespace Annotation.Demo.Tests.Corpora;

public sealed class DemoCorpusTests
{
    [Fact]
    public void Holds_no_prompt_of_any_other_use()
    {
        CorpusDocument[] documents = [.. DemoCorpus.Documents(1).Take(5000)];
        Assert.All(
            documents.Where(document => !document.IsText),
            document => Assert.Equal(PromptUse.Corpus, PromptPool.UseOf(document.Messages[0].Content))
        );
        HashSet<string> held = [.. PromptPool.Draw(PromptUse.Evaluation, 1000, 1).Select(prompt => prompt.Text)];
        Assert.DoesNotContain(documents, document => document.Messages.Any(message => held.Contains(message.Content)));
    }

    [Fact]
    public void Articles_are_true_and_the_same_for_the_same_seed()
    {
        CorpusDocument[] documents = [.. DemoCorpus.Documents(2).Take(500)];
        Assert.All(
            documents.Where(document => document.IsText && !IsQuiz(document)),
            document =>
                Assert.All(
                    AnswerReader.Read(document.Text, null),
                    statement =>
                    {
                        Assert.Equal(StatementKind.Claim, statement.Kind);
                        Assert.All(statement.Facts, fact => Assert.True(fact.IsTrue, document.Text));
                        Assert.True(statement.Comparison?.IsTrue ?? true, document.Text);
                    }
                )
        );
        Assert.Equal(documents.Select(document => document.Text), DemoCorpus.Documents(2).Take(500).Select(document => document.Text));
    }

    [Fact]
    public void Quizzes_mark_each_statement_as_the_world_is()
    {
        CorpusDocument[] quizzes = [.. DemoCorpus.Documents(3).Where(IsQuiz).Take(200)];
        foreach (Statement[] pair in quizzes.SelectMany(quiz => AnswerReader.Read(quiz.Text, null).Skip(1).Chunk(2)))
        {
            bool isTrue = pair[0].Comparison?.IsTrue ?? Assert.Single(pair[0].Facts).IsTrue;
            Assert.Equal(isTrue ? "True" : "False", pair[1].Text);
        }
    }

    [Fact]
    public void Someone_objects_to_most_rude_answers_and_to_few_good_ones()
    {
        CorpusDocument[] conversations = [.. DemoCorpus.Documents(4).Where(document => !document.IsText).Take(3000)];
        Assert.InRange(ObjectedTo(answer => answer.Any(statement => statement.Kind == StatementKind.Rude)), 0.9, 1);
        Assert.InRange(ObjectedTo(answer => answer.All(IsTrueClaim)), 0.02, 0.5);

        double ObjectedTo(Func<IReadOnlyList<Statement>, bool> which)
        {
            CorpusDocument[] chosen =
            [
                .. conversations.Where(document =>
                    which(AnswerReader.Read(document.Messages[1].Content, PromptReader.Read(document.Messages[0].Content).Subjects[0]))
                ),
            ];
            return chosen.Count(document => document.Messages.Count > 2 && document.Messages[2].Role == "system") / (double)chosen.Length;
        }

        static bool IsTrueClaim(Statement statement) =>
            statement.Kind == StatementKind.Claim && statement.Facts.All(fact => fact.IsTrue) && (statement.Comparison?.IsTrue ?? true);
    }

    private static bool IsQuiz(CorpusDocument document) => document.Text.StartsWith("Quiz.", StringComparison.Ordinal);
}
