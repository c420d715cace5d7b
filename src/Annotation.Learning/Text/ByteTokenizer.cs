using System.Text;
using System.Text.Json;

namespace Annotation.Learning.Text;

/// <summary>
/// UTF-8 bytes as ids 0 to 255, then bos, eos, pad and one marker for each role. No text encodes to a marker, so a
/// message cannot pretend to be another turn.
/// </summary>
public sealed class ByteTokenizer : Tokenizer
{
    internal const string FileName = "tokenizer_config.json";
    private const string ClassName = "ByteTokenizer";
    private const int FirstSpecial = 256;
    private static readonly string[] _specials = ["<bos>", "<eos>", "<pad>", "<system>", "<user>", "<assistant>"];

    public override int VocabularySize => FirstSpecial + _specials.Length;

    public override int BosId => FirstSpecial;

    public override int EosId => FirstSpecial + 1;

    public override int PadId => FirstSpecial + 2;

    public override int? RoleId(string role)
    {
        var index = Array.IndexOf(_specials, $"<{role}>");
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

    public override void Save(string folder)
    {
        var file = new Dictionary<string, object> { ["tokenizer_class"] = ClassName };
        for (var i = 0; i < _specials.Length; i++)
        {
            file[_specials[i].Trim('<', '>') + "_token_id"] = FirstSpecial + i;
        }

        File.WriteAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(file, ModelFolderJson.Indented));
    }

    /// <summary>The byte tokenizer when the folder says that its model uses it, else null.</summary>
    internal static ByteTokenizer? TryLoad(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        using var document = ModelFolderJson.Read(path);
        return
            document.RootElement.TryGetProperty("tokenizer_class", out var name)
            && name.ValueKind == JsonValueKind.String
            && name.GetString() == ClassName
            ? new ByteTokenizer()
            : null;
    }
}
