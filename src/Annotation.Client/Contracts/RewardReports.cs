using System.Text.Json;

namespace Annotation.Client.Contracts;

/// <summary>How well a reward model predicts rankings on one criterion, beside its baselines on the same pairs; a part of a run's result.</summary>
public sealed record RewardReportRow(
    string Criterion,
    int Rankings,
    int Pairs,
    EstimateRow Accuracy,
    double Nll,
    double CalibrationError,
    double Brier,
    EstimateRow LongerWins,
    EstimateRow ShorterWins,
    EstimateRow? BagOfWords,
    double? BagOfWordsNll,
    EstimateRow? LabelerAgreement,
    string BestBaseline,
    EstimateRow Gap
)
{
    private const string Measured = "measured";

    // Which member of a result holds reports, and what they are measured on.
    private static readonly (string Member, string On)[] _parts =
    [
        ("test", "test split"),
        ("criteria", "rankings"),
        ("crossValidation", "all folds"),
    ];

    /// <summary>By how much longer the better completion is.</summary>
    public IReadOnlyList<RewardSliceRow> ByLength { get; init; } = [];

    /// <summary>By who ranked.</summary>
    public IReadOnlyList<RewardSliceRow> ByLabeler { get; init; } = [];

    /// <summary>By the models that wrote the pair.</summary>
    public IReadOnlyList<RewardSliceRow> ByPolicy { get; init; } = [];

    /// <summary>The broken-down parts that there are.</summary>
    public IEnumerable<(string Name, IReadOnlyList<RewardSliceRow> Slices)> Parts() =>
        new[] { ("by length", ByLength), ("by labeler", ByLabeler), ("by policies", ByPolicy) }.Where(p => p.Item2.Count > 0);

    /// <summary>The model and its baselines, the labelers themselves last; without what could not be measured.</summary>
    public IEnumerable<(string Name, EstimateRow Accuracy, double? Nll)> Lines() =>
        new (string Name, EstimateRow? Accuracy, double? Nll)[]
        {
            ("the model", Accuracy, Nll),
            ("bag of words and length", BagOfWords, BagOfWordsNll),
            ("longer wins", LongerWins, null),
            ("shorter wins", ShorterWins, null),
            ("labelers among themselves", LabelerAgreement, null),
        }
            .Where(l => l.Accuracy is not null)
            .Select(l => (l.Name, l.Accuracy!, l.Nll));

    /// <summary>The reports in a run's result by what they were measured on, and the result without them.</summary>
    public static (IReadOnlyList<(string On, IReadOnlyList<RewardReportRow> Reports)> Found, JsonElement Others) Split(JsonElement result)
    {
        if (result.ValueKind != JsonValueKind.Object)
        {
            return ([], result);
        }
        // A model's details hold the result of the run that made it as a member.
        if (result.TryGetProperty(Measured, out var measured) && Split(measured) is { Found.Count: > 0 } within)
        {
            var others = result.EnumerateObject().ToDictionary(m => m.Name, m => m.Name == Measured ? within.Others : m.Value);
            return (within.Found, JsonSerializer.SerializeToElement(others));
        }
        var found = _parts
            .Where(p => result.TryGetProperty(p.Member, out var list) && Holds(list))
            .Select(p =>
                (p.Member, p.On, Reports: result.GetProperty(p.Member).Deserialize<List<RewardReportRow>>(JsonSerializerOptions.Web)!)
            )
            .ToList();
        var rest = result
            .EnumerateObject()
            .Where(member => !found.Exists(f => f.Member == member.Name))
            .ToDictionary(member => member.Name, member => member.Value);
        return ([.. found.Select(f => (f.On, (IReadOnlyList<RewardReportRow>)f.Reports))], JsonSerializer.SerializeToElement(rest));
    }

    private static bool Holds(JsonElement list) =>
        list.ValueKind == JsonValueKind.Array
        && list.GetArrayLength() > 0
        && list.EnumerateArray().All(r => r.ValueKind == JsonValueKind.Object && r.TryGetProperty("longerWins", out _));
}

/// <summary>A figure with its 95 % interval.</summary>
public sealed record EstimateRow(double Value, double Low, double High)
{
    /// <summary>The figure that a JSON object is, or null when it is none.</summary>
    public static EstimateRow? Of(JsonElement json) =>
        json.ValueKind == JsonValueKind.Object
        && json.EnumerateObject().Select(m => m.Name).Order(StringComparer.Ordinal).SequenceEqual(["high", "low", "value"])
        && json.EnumerateObject().All(m => m.Value.ValueKind == JsonValueKind.Number)
            ? json.Deserialize<EstimateRow>(JsonSerializerOptions.Web)
            : null;
}

/// <summary>The same on some of the pairs.</summary>
public sealed record RewardSliceRow(string Name, int Pairs, EstimateRow Accuracy, double? Nll = null, double? CalibrationError = null);
