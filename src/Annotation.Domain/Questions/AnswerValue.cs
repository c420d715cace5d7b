using System.Text.Json;
using System.Text.Json.Serialization;

namespace Annotation.Domain.Questions;

/// <summary>
/// What a labeler answered to one question, as stored: <c>{"kind":"ranking","ranks":{"COMPLETION":1}}</c> or
/// <c>{"kind":"text","text":"…"}</c>. Each kind is declared in the file of its question.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(RankingAnswer), "ranking")]
[JsonDerivedType(typeof(TextAnswer), "text")]
public abstract record AnswerValue
{
    /// <summary>Reads and writes stored answers; jsonb does not keep key order, so the kind may stand anywhere.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { AllowOutOfOrderMetadataProperties = true };
}
