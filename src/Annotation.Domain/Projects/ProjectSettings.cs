using System.ComponentModel.DataAnnotations;

namespace Annotation.Domain.Projects;

/// <summary>What an engineer may choose about a project.</summary>
public sealed record ProjectSettings
{
    /// <summary>One paragraph about the goal.</summary>
    [StringLength(10_000)]
    public string Description { get; init; } = "";

    /// <summary>Markdown for labelers.</summary>
    [StringLength(200_000)]
    public string Guideline { get; init; } = "";

    /// <summary>What labelers are warned of before they see the project's texts (markdown); empty: nothing.</summary>
    [StringLength(2_000)]
    public string ContentWarning { get; init; } = "";

    /// <summary>Language of the prompts (BCP 47, such as <c>en</c> or <c>pt-BR</c>); only labelers who declared it, or nothing, get them. Empty: not said.</summary>
    [RegularExpression(
        "^([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2})?$",
        ErrorMessage = "The language of a project is a code such as en or pt-BR."
    )]
    public string Language { get; init; } = "";

    /// <summary>How many completions are generated for one ranking task.</summary>
    [Range(2, 9)]
    public int CompletionsPerTask { get; init; } = 4;

    /// <summary>How many different people judge each new task.</summary>
    [Range(1, 100)]
    public int JudgementsPerTask { get; init; } = 1;

    /// <summary>Upper bound of a generated completion, in tokens.</summary>
    [Range(1, 8192)]
    public int MaxNewTokens { get; init; } = 64;

    /// <summary>Sampling temperature of generated completions; 0 takes the likeliest token.</summary>
    [Range(0.0, 10.0)]
    public double Temperature { get; init; } = 1;

    /// <summary>The language as it is stored.</summary>
    internal string? StoredLanguage => Language.Length == 0 ? null : Language.ToLowerInvariant();

    /// <summary>Says in one sentence what is out of range, or null.</summary>
    public Refusal? Check()
    {
        var problems = new List<ValidationResult>();
        return Validator.TryValidateObject(this, new ValidationContext(this), problems, validateAllProperties: true)
            ? null
            : new Refusal("invalid-project-settings", string.Join(" ", problems.Select(p => p.ErrorMessage)));
    }
}
