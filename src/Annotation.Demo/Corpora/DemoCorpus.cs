using Annotation.Demo.Prompts;
using Annotation.Demo.Randomness;
using Annotation.Demo.World;
using Annotation.Demo.Writing;

namespace Annotation.Demo.Corpora;

/// <summary>
/// What the base model <c>tiny</c> reads: true articles about every subject, and conversations of unfiltered quality. As in a forum, a
/// conversation often goes on after a bad answer, because the reader complains; the writer's fault decides what is complained of, no
/// judge is asked. Conversations use prompts of <see cref="PromptUse.Corpus"/> only, so that nothing asked later has been seen.
/// </summary>
public static class DemoCorpus
{
    private const double ConversationShare = 0.7;

    /// <summary>How often a reader who has reason to complain does.</summary>
    private const double ComplaintRate = 0.85;

    /// <summary>How often a reader complains of a good answer.</summary>
    private const double UnjustComplaintRate = 0.05;

    /// <summary>How often the answer to a complaint is a good one, and not only an apology.</summary>
    private const double CorrectionRate = 0.2;

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
        var writer = new AnswerWriter(random);
        AnswerQuality quality = random.Choose(QualityMix.Web);
        List<(string Role, string Content)> messages = [("user", prompt.Text), ("assistant", writer.Write(prompt.Ask, quality))];
        if (random.NextBool(quality == AnswerQuality.Good ? UnjustComplaintRate : ComplaintRate))
        {
            messages.Add(("user", Complaint(quality == AnswerQuality.Good ? random.Choose(QualityMix.Web) : quality)));
            string apology = random.NextBool(CorrectionRate) ? "Sorry. " + writer.Write(prompt.Ask, AnswerQuality.Good) : "Sorry.";
            messages.Add(("assistant", apology));
        }
        return new CorpusDocument(messages);
    }

    /// <summary>What a reader says to an answer with this fault.</summary>
    private static string Complaint(AnswerQuality quality) =>
        quality switch
        {
            AnswerQuality.Good or AnswerQuality.Thin => "Tell me more.",
            AnswerQuality.PartlyWrong or AnswerQuality.Wrong => "That is not true.",
            AnswerQuality.OtherSubject => "I did not ask that.",
            AnswerQuality.Rambling => "Stay with the subject.",
            AnswerQuality.Repetitive => "You said that already.",
            AnswerQuality.Rude => "Be polite.",
        };

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
