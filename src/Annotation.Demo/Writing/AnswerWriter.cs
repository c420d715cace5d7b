using Annotation.Demo.Judges;
using Annotation.Demo.Prompts;
using Annotation.Demo.Randomness;
using Annotation.Demo.World;

namespace Annotation.Demo.Writing;

/// <summary>Writes an answer of a given quality, the way people and unfiltered web text write them.</summary>
/// <param name="random">Decides wording, order and which facts are told.</param>
public sealed class AnswerWriter(SeededRandom random)
{
    /// <summary>Writes an answer to what was asked.</summary>
    public string Write(Ask ask, AnswerQuality quality)
    {
        IReadOnlyList<Subject> subjects = ask.Subjects;
        string answer = quality switch
        {
            AnswerQuality.Good => Join(ask, Predicates(ask, 2 + random.NextInt(3), 0)),
            AnswerQuality.Thin => Join(ask with { Family = PromptFamily.About }, [.. Thin(ask).Take(1)]),
            AnswerQuality.PartlyWrong => Join(ask, Predicates(ask, 3 + random.NextInt(2), 1 + random.NextInt(2))),
            AnswerQuality.Wrong => Join(ask, Predicates(ask, 1 + random.NextInt(3), 4)),
            AnswerQuality.OtherSubject => Write(ask with { Subjects = Others(subjects) }, AnswerQuality.Good),
            AnswerQuality.Rambling => Join(ask, Predicates(ask, 1 + random.NextInt(2), 0)) + " " + Wander(subjects),
            AnswerQuality.Repetitive => Repeat(Join(ask, Predicates(ask, 1, 0))),
            AnswerQuality.Rude => Insult(Join(ask, Predicates(ask, 1, 0))),
        };
        return answer;
    }

    /// <summary>Writes an answer of one statement, or two of the same subject; of the faults, those that a statement can have.</summary>
    public string WriteShort(Ask ask, AnswerQuality quality) =>
        quality switch
        {
            AnswerQuality.Wrong => Join(ask, [.. Predicates(ask with { Family = ShortFamily(ask) }, 1, 1)]),
            AnswerQuality.OtherSubject => WriteShort(ask with { Subjects = Others(ask.Subjects) }, AnswerQuality.Good),
            AnswerQuality.Rude => Insult(WriteShort(ask, AnswerQuality.Good)),
            _ => Join(ask, Predicates(ask with { Family = ShortFamily(ask) }, 1, 0)),
        };

    /// <summary>One statement cannot be about both, and praise cannot be false.</summary>
    private static PromptFamily ShortFamily(Ask ask) =>
        ask.Family is PromptFamily.Both or PromptFamily.Praise ? PromptFamily.About : ask.Family;

    /// <summary>Writes one true or false statement about a subject: a fact, or a comparison with another subject of its kind.</summary>
    public string WriteStatement(Subject subject, bool isTrue, bool named)
    {
        string predicate;
        if (random.NextBool(0.2))
        {
            Subject other = Others([subject])[0];
            predicate = new Comparison(subject, other, subject.Size > other.Size == isTrue).Predicate;
        }
        else
        {
            Fact fact = random.Choose(Encyclopedia.TrueFacts(subject));
            predicate = (isTrue ? fact : Falsify(fact)).Predicate;
        }
        return Sentence(subject, [predicate], named);
    }

    /// <summary>What to say about whom, what was asked for first.</summary>
    private List<(Subject Subject, string Predicate)> Predicates(Ask ask, int count, int wrong)
    {
        List<(Subject Subject, string Predicate)> said = [];
        Subject first = ask.Subjects[0];
        List<Fact> facts = random.Shuffle(Encyclopedia.TrueFacts(first));
        if (ask.Family == PromptFamily.Question)
        {
            facts = [.. facts.OrderBy(fact => fact.Aspect == ask.Aspect ? 0 : 1)];
        }
        if (ask.Family == PromptFamily.Both)
        {
            List<Fact> second = random.Shuffle(Encyclopedia.TrueFacts(ask.Subjects[1]));
            int half = (count + 1) / 2;
            facts = [.. facts.Take(half), .. second.Take(half)];
            count = facts.Count;
        }
        if (ask.Family == PromptFamily.Compare)
        {
            Comparison comparison = Compare(first, ask.Subjects[1], wrong > 0);
            said.Add((comparison.Subject, comparison.Predicate));
            facts =
            [
                .. facts.Select(fact =>
                    fact with
                    {
                        Subject = comparison.Subject,
                        Value = Encyclopedia.TrueValue(comparison.Subject, fact.Aspect)!,
                    }
                ),
            ];
            wrong--;
            count--;
        }
        if (ask.Family == PromptFamily.Praise)
        {
            said.Add((first, random.Choose(Phrases.Praise)));
            count--;
        }
        List<Fact> told = [.. facts.Take(Math.Max(0, count))];
        HashSet<int> lies = [.. random.Shuffle(Enumerable.Range(0, told.Count)).Take(Math.Max(0, wrong))];
        said.AddRange(told.Select((fact, i) => (fact.Subject, (lies.Contains(i) ? Falsify(fact) : fact).Predicate)));
        return said;
    }

    private List<(Subject Subject, string Predicate)> Thin(Ask ask) =>
        random.NextBool(0.5)
            ? Predicates(ask, 1, 0)
            : [(ask.Subjects[0], random.Choose(Encyclopedia.TrueFacts(ask.Subjects[0])).Predicate)];

    private Comparison Compare(Subject a, Subject b, bool wrong)
    {
        bool swap = random.NextBool(0.5);
        (Subject first, Subject second) = swap ? (b, a) : (a, b);
        return new Comparison(first, second, first.Size > second.Size != wrong);
    }

    private Fact Falsify(Fact fact)
    {
        List<string> values =
        [
            .. Encyclopedia
                .SubjectsOf(fact.Subject.Kind)
                .Select(subject => Encyclopedia.TrueValue(subject, fact.Aspect)!)
                .Where(value => value != fact.Value),
        ];
        return fact with { Value = random.Choose(values) };
    }

    private List<Subject> Others(IReadOnlyList<Subject> subjects) =>
        [.. random.Shuffle(Encyclopedia.SubjectsOf(subjects[0].Kind).Where(other => !subjects.Contains(other))).Take(subjects.Count)];

    private string Wander(IReadOnlyList<Subject> subjects)
    {
        List<Subject> others = random.Shuffle(Encyclopedia.SubjectsOf(subjects[0].Kind).Where(other => !subjects.Contains(other)));
        return string.Join(
            ' ',
            others.Take(2).Select(other => Sentence(other, [random.Choose(Encyclopedia.TrueFacts(other)).Predicate], true))
        );
    }

    private static string Repeat(string sentence) => $"{sentence} {sentence} {sentence}";

    private string Insult(string answer)
    {
        string insult = random.Choose(Phrases.Rude) + ".";
        return random.NextBool(0.5) ? $"{insult} {answer}" : $"{answer} {insult}";
    }

    /// <summary>Makes sentences of statements: one each, or joined by "and"; always a single one if one was asked for.</summary>
    private string Join(Ask ask, List<(Subject Subject, string Predicate)> said)
    {
        List<string> sentences = [];
        Subject? before = null;
        for (int i = 0; i < said.Count; )
        {
            Subject subject = said[i].Subject;
            List<string> predicates = [];
            do
            {
                predicates.Add(said[i++].Predicate);
            } while (i < said.Count && said[i].Subject == subject && (ask.Family == PromptFamily.OneSentence || random.NextBool(0.15)));
            bool named = subject != before || random.NextBool(0.15);
            sentences.Add(Sentence(subject, predicates, named));
            before = subject;
        }
        return string.Join(' ', sentences);
    }

    private static string Sentence(Subject subject, IReadOnlyList<string> predicates, bool named) =>
        $"{(named ? "The " + subject.Name : "It")} {string.Join(" and ", predicates)}.";
}
