using Markdig;
using Markdig.Extensions.Mathematics;
using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;

namespace Annotation.Web.Labeling;

/// <summary>
/// Finds TeX in markdown, between <c>$ $</c>, <c>$$ $$</c>, <c>\( \)</c> and <c>\[ \]</c>, so that its backslashes,
/// underscores and asterisks stay TeX. The page turns it into MathML; without that it is read as TeX.
/// </summary>
internal sealed class TexMarkdown : IMarkdownExtension
{
    public void Setup(MarkdownPipelineBuilder pipeline)
    {
        pipeline.BlockParsers.InsertBefore<ParagraphBlockParser>(new TexBlockParser());
        // Before the escapes, which would take the backslash.
        pipeline.InlineParsers.Insert(0, new TexInlineParser());
        pipeline.InlineParsers.Insert(0, new MathInlineParser());
    }

    public void Setup(MarkdownPipeline pipeline, IMarkdownRenderer renderer)
    {
        if (renderer is HtmlRenderer html)
        {
            html.ObjectRenderers.Insert(0, new BlockRenderer());
            html.ObjectRenderers.Insert(0, new InlineRenderer());
        }
    }

    private sealed class InlineRenderer : HtmlObjectRenderer<MathInline>
    {
        protected override void Write(HtmlRenderer renderer, MathInline obj) =>
            renderer
                .Write(obj.DelimiterCount > 1 ? "<span class=\"math display\">" : "<span class=\"math\">")
                .WriteEscape(obj.Content)
                .Write("</span>");
    }

    private sealed class BlockRenderer : HtmlObjectRenderer<MathBlock>
    {
        protected override void Write(HtmlRenderer renderer, MathBlock obj)
        {
            renderer.EnsureLine();
            renderer.Write("<div class=\"math display\">");
            renderer.WriteLeafRawLines(obj, writeEndOfLines: true, escape: true);
            renderer.WriteLine("</div>");
        }
    }
}

/// <summary>Finds <c>\( \)</c> and <c>\[ \]</c> within a paragraph.</summary>
internal sealed class TexInlineParser : InlineParser
{
    public TexInlineParser() => OpeningCharacters = ['\\'];

    public override bool Match(InlineProcessor processor, ref StringSlice slice)
    {
        var open = slice.PeekChar();
        if (open is not ('(' or '['))
        {
            return false;
        }

        var end = slice.Text.IndexOf(open == '(' ? "\\)" : "\\]", slice.Start + 2, slice.End - slice.Start - 1, StringComparison.Ordinal);
        if (end < 0 || slice.Text.AsSpan(slice.Start + 2, end - slice.Start - 2).IsWhiteSpace())
        {
            return false;
        }

        processor.Inline = new MathInline
        {
            Delimiter = '\\',
            DelimiterCount = open == '(' ? 1 : 2,
            Content = new StringSlice(slice.Text, slice.Start + 2, end - 1),
            Span = new SourceSpan(processor.GetSourcePosition(slice.Start), processor.GetSourcePosition(end + 1)),
        };
        slice.Start = end + 2;
        return true;
    }
}

/// <summary>Finds <c>\[ … \]</c> and <c>$$ … $$</c> that begin a line, up to where they end in the same paragraph.</summary>
internal sealed class TexBlockParser : BlockParser
{
    public TexBlockParser() => OpeningCharacters = ['\\', '$'];

    public override BlockState TryOpen(BlockProcessor processor)
    {
        var line = processor.Line;
        var close = (line.CurrentChar, line.PeekChar()) switch
        {
            ('\\', '[') => "\\]",
            ('$', '$') => "$$",
            _ => null,
        };
        if (processor.IsCodeIndent || close is null || !Closes(line, close))
        {
            return BlockState.None;
        }

        var block = new MathBlock(this)
        {
            Column = processor.Column,
            Line = processor.LineIndex,
            Span = new SourceSpan(processor.Start, line.End),
        };
        block.SetData(typeof(TexBlockParser), close);
        processor.NewBlocks.Push(block);
        processor.Line.Start += 2;
        return processor.Line.IsEmptyOrWhitespace() ? BlockState.ContinueDiscard : BlockState.Continue;
    }

    public override BlockState TryContinue(BlockProcessor processor, Block block)
    {
        var line = processor.Line;
        var at = line.Text.IndexOf((string)block.GetData(typeof(TexBlockParser))!, line.Start, line.Length, StringComparison.Ordinal);
        if (at < 0)
        {
            return BlockState.Continue;
        }

        line.End = at - 1;
        if (!line.IsEmptyOrWhitespace())
        {
            ((MathBlock)block).AppendLine(
                ref line,
                processor.Column,
                processor.LineIndex,
                processor.CurrentLineStartPosition,
                trackTrivia: false
            );
        }

        return BlockState.BreakDiscard;
    }

    // It must end on a later line, with nothing behind it, before the next empty line: otherwise it is ordinary text
    // (or, on one line, a formula within a paragraph), and an open bracket would swallow the rest of the document.
    private static bool Closes(StringSlice line, string close)
    {
        var text = line.Text;
        for (var start = text.IndexOf('\n', line.End) + 1; start > 0 && start < text.Length; )
        {
            var end = text.IndexOf('\n', start) is var next and >= 0 ? next : text.Length;
            var content = text.AsSpan(start, end - start).TrimEnd();
            if (content.IsEmpty)
            {
                return false;
            }

            if (content.IndexOf(close, StringComparison.Ordinal) is var at and >= 0)
            {
                return at + close.Length == content.Length && line.AsSpan()[2..].IndexOf(close, StringComparison.Ordinal) < 0;
            }

            start = end + 1;
        }

        return false;
    }
}
