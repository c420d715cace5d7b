namespace Annotation.Web.OwnWork;

/// <summary>Categories of content that a labeler can opt out of; a prompt's flags may name others, which are listed as they are.</summary>
internal static class ContentCategories
{
    /// <summary>What each category that projects commonly use means, by its key.</summary>
    public static IReadOnlyDictionary<string, string> Known { get; } =
        new Dictionary<string, string>
        {
            ["violence"] = "Violence and injury",
            ["sexual"] = "Sexual content",
            ["self-harm"] = "Self-harm and suicide",
            ["hate"] = "Hate and slurs",
            ["harassment"] = "Harassment and threats",
            ["children"] = "Harm to children",
            ["drugs"] = "Drugs",
            ["crime"] = "Crime and weapons",
        };

    /// <summary>The category in words; an unknown one by its key.</summary>
    public static string Name(string category) => Known.GetValueOrDefault(category, category);
}
