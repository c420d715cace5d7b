using Annotation.Demo.Prompts;
using Annotation.Demo.Randomness;
using Annotation.Demo.World;
using Annotation.Demo.Writing;

namespace Annotation.Demo.Corpora;

/// <summary>
/// What the base model <c>tiny</c> reads: true articles about every subject, and conversations of unfiltered quality. Conversations use
/// prompts of <see cref="PromptUse.Corpus"/> only, so that nothing asked later has been seen.
/// </summary>
public static class DemoCorpus
{
    private const double ConversationShare = 0.4;

    /// <summary>Writes documents without end; take as many as are needed. Equal seeds write equal documents.</summary>
    public static IEnumerable<CorpusDocument> Documents(ulong seed)
    {
        var random = SeededRandom.Of(seed, "corpus");
        while (true)
        {
            yield return random.NextBool(ConversationShare) ? Conversation(random) : Article(random);
        }
    }

    private static CorpusDocument Conversation(SeededRandom random)
    {
        WorldPrompt prompt;
        do
        {
            prompt = PromptPool.DrawAny(random);
        } while (PromptPool.UseOf(prompt.Text) != PromptUse.Corpus);
        string answer = new AnswerWriter(random).Write(prompt.Ask, random.Choose(QualityMix.Web));
        return new CorpusDocument([("user", prompt.Text), ("assistant", answer)]);
    }

    /// <summary>True statements about one subject, or about two that are compared.</summary>
    private static CorpusDocument Article(SeededRandom random)
    {
        Subject first = random.Choose(Encyclopedia.Subjects);
        Subject other = random.Choose([.. Encyclopedia.SubjectsOf(first.Kind).Where(subject => subject != first)]);
        PromptFamily family = random.NextBool(0.35) ? PromptFamily.Compare : PromptFamily.About;
        IReadOnlyList<Subject> subjects = family == PromptFamily.Compare ? [first, other] : [first];
        return new CorpusDocument([("assistant", new AnswerWriter(random).Write(new Ask(family, subjects), AnswerQuality.Good))]);
    }
}
