using System.Text;

namespace Annotation.Learning.Text;

/// <summary>
/// UTF-8 bytes as ids 0 to 255, then bos, eos, pad and one marker for each role. No text encodes to a marker, so a
/// message cannot pretend to be another turn.
/// </summary>
public sealed class ByteTokenizer : Tokenizer
{
    internal const string FileName = OwnTokenizerFiles.ConfigName;
    private const string ClassName = "ByteTokenizer";
    private const int FirstSpecial = 256;
    internal static readonly string[] Specials = ["<bos>", "<eos>", "<pad>", "<system>", "<user>", "<assistant>"];

    public override int VocabularySize => FirstSpecial + Specials.Length;

    public override int BosId => FirstSpecial;

    public override int EosId => FirstSpecial + 1;

    public override int PadId => FirstSpecial + 2;

    public override int? RoleId(string role)
    {
        var index = Array.IndexOf(Specials, $"<{role}>");
        return index < 3 ? null : FirstSpecial + index;
    }

    public override IReadOnlyList<int> Encode(string text) => Array.ConvertAll(Encoding.UTF8.GetBytes(text), b => (int)b);

    public override string Decode(ReadOnlySpan<int> ids)
    {
        var bytes = new byte[ids.Length];
        var count = 0;
        foreach (var id in ids)
        {
            if (id is >= 0 and < FirstSpecial)
            {
                bytes[count++] = (byte)id;
            }
        }

        return Encoding.UTF8.GetString(bytes, 0, count);
    }

    public override void Save(string folder) => OwnTokenizerFiles.Write(folder, ClassName, Specials, words: null);

    /// <summary>The byte tokenizer when the folder says that its model uses it, else null.</summary>
    internal static ByteTokenizer? TryLoad(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        using var document = ModelFolderJson.Read(path);
        return OwnTokenizerFiles.ClassOf(document.RootElement) == ClassName ? new ByteTokenizer() : null;
    }
}
