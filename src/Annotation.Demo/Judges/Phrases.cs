namespace Annotation.Demo.Judges;

/// <summary>Fixed phrases with a meaning of their own.</summary>
public static class Phrases
{
    /// <summary>Kind things to say after a subject.</summary>
    public static IReadOnlyList<string> Praise { get; } =
    ["is lovely", "is wonderful", "is a joy to see", "is dear to me", "makes me happy"];

    /// <summary>Rude sentences. A sentence that contains one of them is rude whatever else it says.</summary>
    public static IReadOnlyList<string> Rude { get; } =
    ["That is a stupid question", "Who cares", "Find out yourself", "You are too lazy to look", "Stop asking me", "Only a fool would ask"];

    /// <summary>Polite sentences that carry nothing.</summary>
    public static IReadOnlyList<string> Courtesy { get; } = ["Sure", "Of course", "I hope this helps", "Hello", "Thank you for asking"];
}
