using Annotation.Demo.World;

namespace Annotation.Demo.Judges;

/// <summary>Understands an answer sentence by sentence.</summary>
public static class AnswerReader
{
    private const string Article = "the ";
    private const string Joint = " and ";

    /// <summary>
    /// Reads an answer. "It" means the subject named last in the answer, and before that the subject asked about. A sentence counts as
    /// a claim only if every part of it is understood.
    /// </summary>
    public static IReadOnlyList<Statement> Read(string answer, Subject? asked)
    {
        List<Statement> statements = [];
        Subject? current = asked;
        int start = 0;
        for (int at = 0; at < answer.Length; at++)
        {
            if (answer[at] is '.' or '!' or '?')
            {
                Add(answer[start..at].Trim());
                start = at + 1;
            }
        }
        string rest = answer[start..].Trim();
        if (rest.Length > 0)
        {
            statements.Add(Of(rest, IsRude(rest) ? StatementKind.Rude : StatementKind.Nonsense));
        }
        return statements;

        void Add(string sentence)
        {
            Statement statement = ReadSentence(sentence, current);
            current = statement.Subject ?? current;
            statements.Add(statement);
        }
    }

    private static Statement ReadSentence(string sentence, Subject? current)
    {
        if (IsRude(sentence))
        {
            return Of(sentence, StatementKind.Rude);
        }
        if (Phrases.Courtesy.Contains(sentence, StringComparer.OrdinalIgnoreCase))
        {
            return Of(sentence, StatementKind.Courtesy);
        }
        (Subject? subject, string predicates) = TakeSubject(sentence, current);
        if (subject is null)
        {
            return Of(sentence, StatementKind.Nonsense);
        }
        List<Fact> facts = [];
        Comparison? comparison = null;
        bool praise = false;
        foreach (string part in predicates.Split(Joint))
        {
            string predicate = part.StartsWith("it ", StringComparison.Ordinal) ? part[3..] : part;
            if (Encyclopedia.ByPredicate.TryGetValue(predicate, out var meaning))
            {
                facts.Add(new Fact(subject, meaning.Aspect, meaning.Value));
            }
            else if (Phrases.Praise.Contains(predicate))
            {
                praise = true;
            }
            else if (ReadComparison(subject, predicate) is { } read && comparison is null)
            {
                comparison = read;
            }
            else
            {
                return Of(sentence, StatementKind.Nonsense);
            }
        }
        return new Statement(sentence, praise ? StatementKind.Praise : StatementKind.Claim, subject, facts, comparison);
    }

    /// <summary>"The fox is red" gives the fox and "is red"; "It is red" gives the current subject.</summary>
    private static (Subject? Subject, string Predicates) TakeSubject(string sentence, Subject? current)
    {
        if (sentence.StartsWith("it ", StringComparison.OrdinalIgnoreCase))
        {
            return (current, sentence[3..]);
        }
        if (!sentence.StartsWith(Article, StringComparison.OrdinalIgnoreCase))
        {
            return (null, sentence);
        }
        int end = sentence.IndexOf(' ', Article.Length);
        return end < 0 ? (null, sentence) : (Encyclopedia.ByName.GetValueOrDefault(sentence[Article.Length..end]), sentence[(end + 1)..]);
    }

    private static Comparison? ReadComparison(Subject subject, string predicate)
    {
        foreach (bool larger in (bool[])[true, false])
        {
            string opening = $"is {(larger ? "larger" : "smaller")} than the ";
            if (
                predicate.StartsWith(opening, StringComparison.Ordinal)
                && Encyclopedia.ByName.TryGetValue(predicate[opening.Length..], out Subject? other)
            )
            {
                return new Comparison(subject, other, larger);
            }
        }
        return null;
    }

    private static bool IsRude(string sentence) =>
        Phrases.Rude.Any(phrase => sentence.Contains(phrase, StringComparison.OrdinalIgnoreCase));

    private static Statement Of(string text, StatementKind kind) => new(text, kind, null, [], null);
}
