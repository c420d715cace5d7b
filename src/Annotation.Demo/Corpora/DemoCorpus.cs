using System.Collections.Frozen;
using Annotation.Demo.Prompts;
using Annotation.Demo.Randomness;
using Annotation.Demo.World;
using Annotation.Demo.Writing;

namespace Annotation.Demo.Corpora;

/// <summary>
/// What the base model <c>tiny</c> reads: true articles about every subject, quizzes, and conversations of unfiltered quality. As in a forum,
/// someone often objects to a bad answer; the writer's own fault decides what is objected to, no judge is asked. Conversations use
/// prompts of <see cref="PromptUse.Corpus"/> only, so that nothing asked later has been seen.
/// </summary>
public static class DemoCorpus
{
    private static readonly (Func<SeededRandom, CorpusDocument> Write, double Weight)[] Kinds =
    [
        (Article, 0.20),
        (Quiz, 0.30),
        (QuickConversation, 0.25),
        (Conversation, 0.25),
    ];

    /// <summary>How often a bad answer is objected to.</summary>
    private const double ObjectionRate = 0.95;

    /// <summary>How often a good answer is objected to.</summary>
    private const double UnjustObjectionRate = 0.02;

    private const int QuickTurns = 3;
    private const int QuizQuestions = 6;

    /// <summary>Objections are made by whoever watches over the conversation.</summary>
    private const string Moderator = "system";

    /// <summary>Objections by the fault that the writer of the answer made.</summary>
    private static readonly FrozenDictionary<AnswerQuality, string> Objections = new Dictionary<AnswerQuality, string>
    {
        [AnswerQuality.PartlyWrong] = "That is not true.",
        [AnswerQuality.Wrong] = "That is not true.",
        [AnswerQuality.OtherSubject] = "Nobody asked that.",
        [AnswerQuality.Rambling] = "Stay with the subject.",
        [AnswerQuality.Repetitive] = "You said that already.",
        [AnswerQuality.Rude] = "Be polite.",
    }.ToFrozenDictionary();

    /// <summary>Writes documents without end; take as many as are needed. Equal seeds write equal documents.</summary>
    public static IEnumerable<CorpusDocument> Documents(ulong seed)
    {
        var random = SeededRandom.Of(seed, "corpus");
        while (true)
        {
            yield return random.Choose(Kinds)(random);
        }
    }

    private static CorpusDocument Conversation(SeededRandom random)
    {
        List<(string Role, string Content)> messages = [];
        WorldPrompt prompt = DrawPrompt(random);
        AnswerQuality quality = random.Choose(QualityMix.Web);
        AddTurn(messages, prompt, new AnswerWriter(random).Write(prompt.Ask, quality), quality, random);
        return Finish(messages);
    }

    private static CorpusDocument QuickConversation(SeededRandom random)
    {
        List<(string Role, string Content)> messages = [];
        for (int turn = 0; turn < QuickTurns; turn++)
        {
            WorldPrompt prompt = DrawPrompt(random);
            AnswerQuality quality = random.Choose(QualityMix.QuickAnswers);
            AddTurn(messages, prompt, new AnswerWriter(random).WriteShort(prompt.Ask, quality), quality, random);
        }
        return Finish(messages);
    }

    private static void AddTurn(
        List<(string Role, string Content)> messages,
        WorldPrompt prompt,
        string answer,
        AnswerQuality quality,
        SeededRandom random
    )
    {
        messages.Add(("user", prompt.Text));
        messages.Add(("assistant", answer));
        if (Objections.TryGetValue(quality, out string? objection) ? random.NextBool(ObjectionRate) : random.NextBool(UnjustObjectionRate))
        {
            messages.Add((Moderator, objection ?? Objections[AnswerQuality.Wrong]));
        }
    }

    /// <summary>The last word is the assistant's.</summary>
    private static CorpusDocument Finish(List<(string Role, string Content)> messages)
    {
        if (messages[^1].Role == Moderator)
        {
            messages.Add(("assistant", "Sorry."));
        }
        return new CorpusDocument(messages);
    }

    private static WorldPrompt DrawPrompt(SeededRandom random)
    {
        WorldPrompt prompt;
        do
        {
            prompt = PromptPool.DrawAny(random);
        } while (PromptPool.UseOf(prompt.Text) != PromptUse.Corpus);
        return prompt;
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

    /// <summary>Statements about one or several subjects, half of them false, each marked.</summary>
    private static CorpusDocument Quiz(SeededRandom random)
    {
        List<string> lines = ["Quiz."];
        Subject subject = random.Choose(Encyclopedia.Subjects);
        for (int i = 0; i < QuizQuestions; i++)
        {
            bool same = i > 0 && random.NextBool(0.4);
            subject = same ? subject : random.Choose(Encyclopedia.Subjects);
            bool isTrue = random.NextBool(0.5);
            lines.Add(new AnswerWriter(random).WriteStatement(subject, isTrue, named: !same || random.NextBool(0.5)));
            lines.Add(isTrue ? "True." : "False.");
        }
        return new CorpusDocument([("assistant", string.Join(' ', lines))]);
    }
}
