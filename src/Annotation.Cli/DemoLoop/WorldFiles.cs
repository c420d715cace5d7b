using System.Text.Json;
using Annotation.Client;
using Annotation.Demo.Prompts;
using Annotation.Demo.Writing;

namespace Annotation.Cli.DemoLoop;

/// <summary>The demo world's prompts and demonstrations as JSONL files, imported like anybody's.</summary>
public sealed class WorldFiles(AnnotationClient client, DemoSettings settings)
{
    private ulong Seed => (ulong)settings.Seed;

    /// <summary>Imports prompts of one use.</summary>
    public Task<int> ImportPromptsAsync(string project, PromptUse use, int count, CancellationToken cancellation) =>
        ImportAsync(project, "prompts", $"{use}.jsonl", Prompts(use, count), cancellation);

    /// <summary>Imports demonstrations.</summary>
    public Task<int> ImportDemonstrationsAsync(string project, CancellationToken cancellation) =>
        ImportAsync(
            project,
            "demonstrations",
            "demonstrations.jsonl",
            Lines(
                Demonstrations
                    .Write(settings.Demonstrations, Seed)
                    .Select(written => new { prompt = written.Prompt.Text, completion = written.Completion })
            ),
            cancellation
        );

    /// <summary>Prompts of one use as a JSONL file.</summary>
    public byte[] Prompts(PromptUse use, int count) => Lines(PromptPool.Draw(use, count, Seed).Select(p => p.Text));

    /// <summary>Prompts as a JSONL file that `import prompts` reads.</summary>
    public static byte[] Lines(IEnumerable<string> prompts) => Lines(prompts.Select(text => new { prompt = text }));

    private async Task<int> ImportAsync(string project, string kind, string name, byte[] lines, CancellationToken cancellation)
    {
        using var bytes = new MemoryStream(lines);
        var report = await client.Files.ImportAsync(project, kind, "jsonl", name, bytes, cancellation);
        return report.Rejected.Count == 0
            ? report.Landed
            : throw new CommandFailedException(
                $"{name}: {report.Rejected.Count} rows were not taken; line {report.Rejected[0].Line}: {report.Rejected[0].Reason}"
            );
    }

    private static byte[] Lines<T>(IEnumerable<T> rows) =>
        [.. rows.SelectMany(row => (byte[])[.. JsonSerializer.SerializeToUtf8Bytes(row), (byte)'\n'])];
}
