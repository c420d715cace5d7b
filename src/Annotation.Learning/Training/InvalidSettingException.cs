namespace Annotation.Learning.Training;

/// <summary>A setting of a trainer cannot be used; thrown before the first batch. The message names the setting.</summary>
public sealed class InvalidSettingException(string setting, string reason) : ArgumentException($"{setting}: {reason}")
{
    /// <summary>Name of the setting.</summary>
    public string Setting { get; } = setting;
}
