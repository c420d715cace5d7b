using Annotation.Domain.Questions;

namespace Annotation.Domain.Preferences.Formats;

/// <summary>Two completions of a row, under the ids by which answers name them.</summary>
internal sealed class AnsweredPair
{
    public static readonly Guid First = new(1, 0, 0, new byte[8]);
    public static readonly Guid Second = new(2, 0, 0, new byte[8]);

    private readonly Dictionary<Guid, RankedCompletion> completions;

    /// <exception cref="ImportFaultException">Both have the same text: an answer cannot tell them apart.</exception>
    public AnsweredPair(RankedCompletion first, RankedCompletion second)
    {
        if (first.Text == second.Text)
        {
            throw new ImportFaultException("both completions have the same text");
        }

        completions = new() { [First] = first, [Second] = second };
    }

    /// <summary>What was answered about the two.</summary>
    public ReadAnswer Answer(Question question, AnswerValue value) => new(question, value, completions);
}
