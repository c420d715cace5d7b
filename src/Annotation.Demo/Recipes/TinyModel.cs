namespace Annotation.Demo.Recipes;

/// <summary>The committed base model.</summary>
public static class TinyModel
{
    /// <summary>Its name in the registry.</summary>
    public const string Name = "tiny";

    /// <summary>The model folder beside the running program: config.json, model.safetensors (bf16), tokenizer files.</summary>
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "Tiny");
}
