using Annotation.Domain.Projects;
using Annotation.Domain.Prompts;
using Annotation.EndToEnd.Tests.Labeling;
using Annotation.Testing;
using Xunit;

namespace Annotation.EndToEnd.Tests.Reading;

/// <summary>Tasks made of given texts.</summary>
internal static class Texts
{
    /// <summary>A new project with one task for each prompt, all to rank these completions.</summary>
    public static async Task<Guid> TasksAsync(
        this DeskServer server,
        string[] prompts,
        string[] completions,
        Action<Prompt>? change = null,
        ProjectSettings? settings = null
    )
    {
        var cancellation = TestContext.Current.CancellationToken;
        var project = await server.Postgres.ProjectAsync(cancellation, settings);
        foreach (var text in prompts)
        {
            var prompt = Prompt.Create(project, PromptMessage.FromUser(text), "typed", server.Postgres.Clock.GetUtcNow());
            change?.Invoke(prompt);
            await using var db = server.Postgres.CreateContext();
            db.Prompts.Add(prompt);
            await db.SaveChangesAsync(cancellation);
            await server.Postgres.TaskAboutAsync(prompt, cancellation, judgementsWanted: 9, priority: 0, completions);
        }

        return project;
    }

    /// <summary>So many paragraphs of ten words and a number.</summary>
    public static string Long(int paragraphs, string word = "word") =>
        string.Join("\n\n", Enumerable.Range(1, paragraphs).Select(n => $"{n} " + string.Join(' ', Enumerable.Repeat(word, 10)) + "."));
}
