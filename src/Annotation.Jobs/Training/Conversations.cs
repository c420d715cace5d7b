using Annotation.Domain.Prompts;
using Annotation.Learning.Text;

namespace Annotation.Jobs.Training;

/// <summary>Rows' conversations as the learning room knows them.</summary>
internal static class Conversations
{
    /// <summary>The same turns.</summary>
    public static IReadOnlyList<Message> ToMessages(this IReadOnlyList<PromptMessage> messages) =>
        [.. messages.Select(m => new Message(m.Role, m.Content))];
}
