using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Annotation.Domain.Data;
using Annotation.Domain.Prompts;

namespace Annotation.Domain.Preferences;

/// <summary>What a ranking says, apart from the rows that hold it: the base of repeat detection and of set hashes.</summary>
/// <param name="Prompt">The conversation.</param>
/// <param name="Criterion">Key of the criterion.</param>
/// <param name="Items">The ranked completions, in any order.</param>
/// <param name="LabelerName">Who judged; null when unknown.</param>
/// <param name="JudgedAt">When; null when unknown.</param>
public sealed record RankingContent(
    IReadOnlyList<PromptMessage> Prompt,
    string Criterion,
    IReadOnlyList<RankedText> Items,
    string? LabelerName,
    DateTimeOffset? JudgedAt
)
{
    private const char FieldEnd = '\u001f';

    /// <summary>SHA-256 of the content, 32 bytes; the same whatever the order of the items.</summary>
    public byte[] Hash()
    {
        var text = new StringBuilder("ranking-1").Append(FieldEnd);
        text.Append(Convert.ToHexStringLower(PromptText.Hash(Prompt))).Append(FieldEnd);
        text.Append(Criterion).Append(FieldEnd).Append(LabelerName).Append(FieldEnd);
        text.Append(JudgedAt?.ToUnixMicroseconds()).Append(FieldEnd);
        var items = Items
            .Select(i =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Convert.ToHexStringLower(PromptText.Hash(i.Text))},{i.Rank},{i.ShownPosition},{i.ModelName}"
                )
            )
            .Order(StringComparer.Ordinal);
        text.AppendJoin(FieldEnd, items);
        return SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()));
    }
}

/// <summary>One ranked completion of a <see cref="RankingContent"/>.</summary>
public sealed record RankedText(string Text, int Rank, int? ShownPosition, string? ModelName);
