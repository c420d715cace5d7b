using System.Text.Json;
using System.Text.Json.Serialization;

namespace Annotation.Domain.Questions;

/// <summary>
/// What a labeler answered to one question, as stored: <c>{"kind":"ranking","ranks":{"COMPLETION":1}}</c> or
/// <c>{"kind":"text","text":"…"}</c>. Each kind is declared in the file of its question.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(RankingAnswer), "ranking")]
[JsonDerivedType(typeof(BestAnswer), "best")]
[JsonDerivedType(typeof(BestWorstAnswer), "best-worst")]
[JsonDerivedType(typeof(StrengthAnswer), "strength")]
[JsonDerivedType(typeof(RatingAnswer), "rating")]
[JsonDerivedType(typeof(FlagsAnswer), "flags")]
[JsonDerivedType(typeof(ReasonAnswer), "reason")]
[JsonDerivedType(typeof(EditAnswer), "edit")]
[JsonDerivedType(typeof(TextAnswer), "text")]
[JsonDerivedType(typeof(DialogueAnswer), "dialogue")]
public abstract record AnswerValue
{
    /// <summary>
    /// Reads and writes stored answers; jsonb does not keep key order, so the kind may stand anywhere.
    /// What is not said is not written, so that an answer stays as short as it was before a kind learned more.
    /// </summary>
    public static JsonSerializerOptions Json { get; } =
        new(JsonSerializerDefaults.Web)
        {
            AllowOutOfOrderMetadataProperties = true,
            RespectNullableAnnotations = true,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        };
}
