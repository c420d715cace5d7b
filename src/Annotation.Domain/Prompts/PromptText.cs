using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Annotation.Domain.Prompts;

/// <summary>Identity of texts: the hash of a prompt or completion, and the split that follows from it.</summary>
public static class PromptText
{
    // Control characters that no role contains keep ("ab","c") apart from ("a","bc").
    private const char FieldEnd = '\u001f';
    private const char TurnEnd = '\u001e';

    /// <summary>SHA-256 of the roles and contents of all turns, 32 bytes.</summary>
    public static byte[] Hash(IReadOnlyList<PromptMessage> messages)
    {
        var text = new StringBuilder();
        foreach (var message in messages)
        {
            text.Append(message.Role).Append(FieldEnd).Append(message.Content).Append(TurnEnd);
        }

        return Hash(text.ToString());
    }

    /// <summary>SHA-256 of the UTF-8 bytes of a text, 32 bytes.</summary>
    public static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    /// <summary>
    /// The split of a conversation: by the hash of its opening user turn, 80/10/10. Conversations that open alike
    /// share a split, because a later turn of one may quote a completion that is judged in another.
    /// </summary>
    public static Split SplitOf(IReadOnlyList<PromptMessage> messages)
    {
        var opening = messages.FirstOrDefault(m => m.Role == PromptMessage.User)?.Content ?? "";
        return (BinaryPrimitives.ReadUInt32BigEndian(Hash(opening)) % 10) switch
        {
            < 8 => Split.Train,
            8 => Split.Validation,
            _ => Split.Test,
        };
    }

    /// <summary>Whether the database can hold the text: no null character, no half of a surrogate pair.</summary>
    public static bool IsStorable(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0' || (char.IsSurrogate(text[i]) && !Rune.TryGetRuneAt(text, i, out _)))
            {
                return false;
            }

            i += char.IsHighSurrogate(text[i]) ? 1 : 0;
        }

        return true;
    }

    /// <summary>The text by which two completions count as the same: one Unicode form, one space for any white space.</summary>
    public static string Normalize(string text) =>
        string.Join(' ', text.Normalize(NormalizationForm.FormC).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
