namespace Annotation.Learning.Training;

/// <summary>Looks at a run's settings before the run is queued.</summary>
public static class NamedSettings
{
    /// <summary>What is wrong with the first name=value pair that a settings record cannot take, in one sentence; null when nothing is.</summary>
    /// <param name="record">The record with the settings of the run's kind.</param>
    /// <param name="pairs">Names in any case, with or without dashes.</param>
    public static string? FindFault(Type record, IEnumerable<KeyValuePair<string, string>> pairs)
    {
        try
        {
            SettingsPairs.Read(record, pairs);
            return null;
        }
        catch (InvalidSettingException fault)
        {
            return fault.Message;
        }
    }
}
