using Annotation.Learning.Text;
using Annotation.Learning.Text.Templates;
using Xunit;

namespace Annotation.Learning.Tests.Text;

public sealed class ChatTemplateTests
{
    private static readonly Message[] _conversation = [new("system", "S"), new("user", "A"), new("assistant", "B"), new("user", "C")];

    [Fact]
    public void Roles_open_each_turn_and_an_earlier_completion_ends_as_in_training()
    {
        var template = ChatTemplate.For(new ByteTokenizer());
        Assert.Equal("roles", template.Name);
        Assert.Equal([256, 259, 'S', 260, 'A', 261, 'B', 257, 260, 'C', 261], template.EncodePrompt(_conversation));
        Assert.Equal(['x', 'y'], template.EncodeCompletion("xy"));
    }

    [Fact]
    public void An_unknown_role_is_refused()
    {
        var template = ChatTemplate.For(new ByteTokenizer());
        var refusal = Assert.Throws<ArgumentException>(() => template.EncodePrompt([new("tool", "x")]));
        Assert.StartsWith("Unknown role 'tool': use system, user or assistant.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Plain_text_is_continued()
    {
        var template = ChatTemplate.Find("plain", new ByteTokenizer())!;
        Assert.Equal([256, 'A', '\n', 'B'], template.EncodePrompt([new("user", "A"), new("assistant", "B")]));
    }

    [Fact]
    public void An_unknown_template_is_not_found() => Assert.Null(ChatTemplate.Find("jinja", new ByteTokenizer()));
}
