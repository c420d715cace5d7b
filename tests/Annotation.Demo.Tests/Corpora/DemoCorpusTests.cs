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
            documents.Where(document => document.IsText),
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
}
