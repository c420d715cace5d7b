namespace Annotation.Web.OwnWork;

/// <summary>Languages that a labeler can tick; others are typed as tags.</summary>
internal static class LanguageNames
{
    /// <summary>By tag (BCP 47, lower case), each by its own name.</summary>
    public static IReadOnlyDictionary<string, string> Known { get; } =
        new Dictionary<string, string>
        {
            ["ar"] = "العربية",
            ["bn"] = "বাংলা",
            ["cs"] = "Čeština",
            ["de"] = "Deutsch",
            ["el"] = "Ελληνικά",
            ["en"] = "English",
            ["es"] = "Español",
            ["fa"] = "فارسی",
            ["fr"] = "Français",
            ["he"] = "עברית",
            ["hi"] = "हिन्दी",
            ["hu"] = "Magyar",
            ["id"] = "Bahasa Indonesia",
            ["it"] = "Italiano",
            ["ja"] = "日本語",
            ["ko"] = "한국어",
            ["nl"] = "Nederlands",
            ["pl"] = "Polski",
            ["pt"] = "Português",
            ["ro"] = "Română",
            ["ru"] = "Русский",
            ["sv"] = "Svenska",
            ["sw"] = "Kiswahili",
            ["th"] = "ไทย",
            ["tr"] = "Türkçe",
            ["uk"] = "Українська",
            ["ur"] = "اردو",
            ["vi"] = "Tiếng Việt",
            ["zh"] = "中文",
        };
}
