namespace Annotation.Learning.Text.Templates;

/// <summary>
/// <c>bos, (role marker, content)…, assistant marker</c>. An assistant's earlier turn ends with eos, as completions do
/// in training; other turns end where the next marker stands.
/// </summary>
public sealed class RolesTemplate(Tokenizer tokenizer) : ChatTemplate(tokenizer)
{
    internal const string TemplateName = "roles";

    public override string Name => TemplateName;

    public override IReadOnlyList<int> EncodePrompt(IReadOnlyList<Message> prompt)
    {
        var ids = new List<int> { Tokenizer.BosId };
        foreach (var (role, content) in prompt)
        {
            ids.Add(Marker(role));
            ids.AddRange(Tokenizer.Encode(content));
            if (role == AssistantRole)
            {
                ids.Add(Tokenizer.EosId);
            }
        }

        ids.Add(Marker(AssistantRole));
        return ids;
    }

    private int Marker(string role) =>
        Tokenizer.RoleId(role) ?? throw new ArgumentException($"Unknown role '{role}': use system, user or assistant.", nameof(role));
}
