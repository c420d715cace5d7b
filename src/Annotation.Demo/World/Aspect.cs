namespace Annotation.Demo.World;

/// <summary>One thing that can be said of every subject of a kind, such as where an animal lives.</summary>
/// <param name="Kind">The kind of subject it belongs to.</param>
/// <param name="Key">Its name in code and reports.</param>
/// <param name="Verb">The words in front of the value: "lives in" + "the forest".</param>
/// <param name="Questions">How people ask for it; <c>{A}</c> stands for the subject's name.</param>
public sealed record Aspect(SubjectKind Kind, string Key, string Verb, IReadOnlyList<string> Questions);
