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
    IReadOnlyList<RankedCompletion> Items,
    string? LabelerName = null,
    DateTimeOffset? JudgedAt = null
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

/// <summary>One completion of a ranking, with what is known of its origin.</summary>
/// <param name="Text">The completion.</param>
/// <param name="Rank">1 = best; dense.</param>
/// <param name="ShownPosition">Where the labeler saw it, 0 = on top.</param>
/// <param name="ModelName">The model that wrote it.</param>
/// <param name="SamplingSettings">A JSON object.</param>
/// <param name="Seed">Seed of the sampling.</param>
public sealed record RankedCompletion(
    string Text,
    int Rank,
    int? ShownPosition = null,
    string? ModelName = null,
    string? SamplingSettings = null,
    long? Seed = null
);
