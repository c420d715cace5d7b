using System.CommandLine;

namespace Annotation.Cli.Runs;

/// <summary>`--set name=value`, once per setting.</summary>
public static class SettingOption
{
    /// <summary>The option; a value without a name is wrong usage.</summary>
    public static Option<string[]> Create()
    {
        var option = new Option<string[]>("--set") { Description = "A setting of the run; may be repeated", HelpName = "NAME=VALUE" };
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=', StringComparison.Ordinal) < 1))
            {
                result.AddError($"--set {token.Value}: write name=value, for instance --set epochs=2.");
            }
        });
        return option;
    }

    /// <summary>The settings as a dictionary; of a name given twice, the last.</summary>
    public static Dictionary<string, string> Read(string[]? settings)
    {
        var read = new Dictionary<string, string>();
        foreach (var setting in settings ?? [])
        {
            var parts = setting.Split('=', 2);
            read[parts[0]] = parts[1];
        }

        return read;
    }
}
