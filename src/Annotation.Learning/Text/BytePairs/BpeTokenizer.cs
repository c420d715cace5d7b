using System.Globalization;
using System.Text;

namespace Annotation.Learning.Text.BytePairs;

/// <summary>
/// A byte-pair tokenizer of a Hugging Face folder: its text is normalized, cut into pieces, and each piece merged. Either its pieces spell
/// bytes (GPT-2, Llama 3, Qwen), or they are characters with ▁ for a space and byte pieces for what is no piece (Llama 2, Mistral).
/// </summary>
/// <remarks>
/// Unlike Hugging Face's, it never finds a special token in a text: a message cannot open another turn. Templates put them in by id. A prefix
/// that the vocabulary wants before a document is put there by <see cref="Encode(string, bool)"/> alone.
/// </remarks>
public sealed class BpeTokenizer : Tokenizer
{
    private const char SpaceMark = '▁';
    private readonly BpeModel _model;
    private readonly IReadOnlyDictionary<int, AddedToken> _added;
    private readonly AddedToken[] _inText;
    private readonly TokenizerParts _parts;

    internal BpeTokenizer(TokenizerParts parts)
    {
        (_parts, _model) = (parts, parts.Model);
        _added = parts.Added.GroupBy(t => t.Id).ToDictionary(t => t.Key, t => t.First());
        _inText = [.. parts.Added.Where(t => !t.Special && t.Content.Length > 0)];
        VocabularySize = Math.Max(_model.Count, _added.Count == 0 ? 0 : _added.Keys.Max() + 1);
    }

    public override int VocabularySize { get; }

    public override int BosId => _parts.BosId;

    public override int EosId => _parts.EosId;

    public override int PadId => _parts.PadId;

    public override IReadOnlyList<int> DocumentStart => _parts.AddsBos ? [BosId] : [];

    /// <summary>The chat template of the folder in Jinja, or null.</summary>
    internal string? ChatTemplateSource => _parts.ChatTemplate;

    public override IReadOnlyList<int> Encode(string text) => Encode(text, first: true);

    public override IReadOnlyList<int> EncodeContinuation(string text) => Encode(text, first: false);

    public override string Decode(ReadOnlySpan<int> ids)
    {
        var bytes = new List<byte>(ids.Length * 4);
        for (var i = 0; i < ids.Length; i++)
        {
            var special = _added.TryGetValue(ids[i], out var token) && token.Special;
            if (special || ids[i] < 0 || (token is null && ids[i] >= _model.Count))
            {
                continue;
            }

            var piece = token?.Content ?? _model.PieceOf(ids[i]);
            if (_parts.SpellsBytes)
            {
                ByteLevel.Read(piece, bytes);
            }
            else if (_model.ByteFallback && IsByte(piece, out var value))
            {
                bytes.Add(value);
            }
            else
            {
                var text = piece.Replace(SpaceMark, ' ');
                // The space that was put before a document is taken away again.
                bytes.AddRange(Encoding.UTF8.GetBytes(i > 0 && ids[i - 1] == BosId && text.StartsWith(' ') ? text[1..] : text));
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    public override int? SpecialId(string token) => _parts.Added.FirstOrDefault(t => t.Special && t.Content == token)?.Id;

    public override void Save(string folder)
    {
        foreach (var (name, content) in _parts.Files)
        {
            File.WriteAllBytes(Path.Combine(folder, name), content);
        }
    }

    private List<int> Encode(string text, bool first)
    {
        var ids = new List<int>(text.Length / 2 + 8);
        foreach (var (part, id) in _inText.Length == 0 ? [(text, null)] : AddedToken.Cut(text, _inText))
        {
            if (id is { } known)
            {
                ids.Add(known);
            }
            else if (part.Length > 0)
            {
                foreach (var piece in _parts.Cut(first, _parts.Normalize(first, part)))
                {
                    _model.Encode(piece, ids);
                }
            }

            first = false;
        }

        return ids;
    }

    private static bool IsByte(string piece, out byte value)
    {
        value = 0;
        return piece.Length == 6
            && piece.StartsWith("<0x", StringComparison.Ordinal)
            && piece[5] == '>'
            && byte.TryParse(piece.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
