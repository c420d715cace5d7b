using Google.Protobuf;

namespace Annotation.Learning.Text.BytePairs;

/// <summary>
/// SentencePiece's tokenizer.model of the kind BPE (Kudo and Richardson 2018): a protocol-buffers message of pieces with scores. The pair whose
/// union has the highest score is merged first.
/// </summary>
internal static class SentencePieceModel
{
    internal const string FileName = "tokenizer.model";
    private const int Normal = 1;
    private const int Unknown = 2;
    private const int Control = 3;
    private const int UserDefined = 4;
    private const int Byte = 6;
    private const int Bpe = 2;
    private const char SpaceMark = '▁';

    internal static TokenizerParts Read(string path)
    {
        var (pieces, kind, normalizer, dummyPrefix, trimsSpaces) = (new List<(string Text, float Score, int Type)>(), 1, "", true, true);
        try
        {
            var input = new CodedInputStream(File.ReadAllBytes(path));
            while (input.ReadTag() is > 0 and var tag)
            {
                switch (WireFormat.GetTagFieldNumber(tag))
                {
                    case 1:
                        pieces.Add(Piece(input.ReadBytes().CreateCodedInput()));
                        break;
                    case 2: // how it was trained: field 3 is the kind of model
                        Fields(input, (field, inner) => kind = field == 3 ? inner.ReadInt32() : Skip(inner, kind));
                        break;
                    case 3: // how text is normalized
                        Fields(
                            input,
                            (field, inner) =>
                            {
                                switch (field)
                                {
                                    case 1:
                                        normalizer = inner.ReadString();
                                        break;
                                    case 3:
                                        dummyPrefix = inner.ReadBool();
                                        break;
                                    case 4:
                                        trimsSpaces = inner.ReadBool();
                                        break;
                                    default:
                                        inner.SkipLastField();
                                        break;
                                }
                            }
                        );
                        break;
                    default:
                        input.SkipLastField();
                        break;
                }
            }
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new ModelFolderException(path, $"is cut off or broken: {e.Message}", e);
        }

        Check(path, kind, normalizer, trimsSpaces);
        return Parts(path, pieces, dummyPrefix);
    }

    private static TokenizerParts Parts(string path, List<(string Text, float Score, int Type)> pieces, bool dummyPrefix)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < pieces.Count; id++)
        {
            if (pieces[id].Type is Normal or UserDefined or Byte && !ids.TryAdd(pieces[id].Text, id))
            {
                throw new ModelFolderException(path, $"piece {id}, '{pieces[id].Text}', is there twice");
            }
        }

        var unknown = pieces.FindIndex(p => p.Type == Unknown);
        return new TokenizerParts
        {
            Model = new BpeModel([.. pieces.Select(p => p.Text)], ids, Merges(pieces, ids))
            {
                ByteFallback = pieces.Exists(p => p.Type == Byte),
                UnknownId = unknown < 0 ? null : unknown,
            },
            Added =
            [
                .. pieces
                    .Select((p, id) => (p, id))
                    .Where(p => p.p.Type is Control or Unknown or UserDefined)
                    .Select(p => new AddedToken(p.id, p.p.Text, Special: p.p.Type != UserDefined)),
            ],
            Normalize = (first, text) => (first && dummyPrefix ? " " + text : text).Replace(' ', SpaceMark),
            SpellsBytes = false,
            StartsWithBos = true,
        };
    }

    /// <summary>Every way to make a piece of two others; the higher the piece's score, the earlier.</summary>
    private static Dictionary<(int, int), (int, int)> Merges(List<(string Text, float Score, int Type)> pieces, Dictionary<string, int> ids)
    {
        var scores = pieces
            .Select(p => p.Score)
            .Distinct()
            .OrderDescending()
            .Select((score, rank) => (score, rank))
            .ToDictionary(s => s.score, s => s.rank);
        var merges = new Dictionary<(int, int), (int, int)>();
        foreach (var (text, id) in ids.Where(p => pieces[p.Value].Type == Normal))
        {
            for (var cut = 1; cut < text.Length; cut++)
            {
                if (ids.TryGetValue(text[..cut], out var left) && ids.TryGetValue(text[cut..], out var right))
                {
                    merges[(left, right)] = (scores[pieces[id].Score], id);
                }
            }
        }

        return merges;
    }

    private static void Check(string path, int kind, string normalizer, bool trimsSpaces)
    {
        if (kind != Bpe)
        {
            var name = kind switch
            {
                1 => "unigram",
                3 => "word",
                4 => "char",
                _ => $"number {kind}",
            };
            throw new ModelFolderException(path, $"is a SentencePiece model of the kind {name}; only BPE can be used");
        }
        if (normalizer is not ("" or "identity") || trimsSpaces)
        {
            var found = trimsSpaces ? "remove_extra_whitespaces" : normalizer;
            throw new ModelFolderException(path, $"normalizes text by '{found}'; only the identity can be used");
        }
    }

    private static (string Text, float Score, int Type) Piece(CodedInputStream input)
    {
        var (text, score, type) = ("", 0f, Normal);
        while (input.ReadTag() is > 0 and var tag)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1:
                    text = input.ReadString();
                    break;
                case 2:
                    score = input.ReadFloat();
                    break;
                case 3:
                    type = input.ReadInt32();
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        return (text, score, type);
    }

    private static void Fields(CodedInputStream input, Action<int, CodedInputStream> read)
    {
        var inner = input.ReadBytes().CreateCodedInput();
        while (inner.ReadTag() is > 0 and var tag)
        {
            read(WireFormat.GetTagFieldNumber(tag), inner);
        }
    }

    private static int Skip(CodedInputStream input, int kept)
    {
        input.SkipLastField();
        return kept;
    }
}
