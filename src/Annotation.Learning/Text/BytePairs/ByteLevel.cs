using System.Text;

namespace Annotation.Learning.Text.BytePairs;

/// <summary>GPT-2's way to write any byte as a printable character: the printable bytes of Latin-1 as themselves, the others from U+0100 on.</summary>
internal static class ByteLevel
{
    /// <summary>GPT-2's split of a text before merging.</summary>
    internal const string Gpt2Pattern = @"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <summary>Qwen2's split.</summary>
    internal const string QwenPattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private static readonly char[] _characters = Characters();
    private static readonly Dictionary<char, byte> _bytes = _characters.Select((c, b) => (c, b)).ToDictionary(p => p.c, p => (byte)p.b);

    /// <summary>The character of a byte.</summary>
    internal static char CharacterOf(byte value) => _characters[value];

    /// <summary>The UTF-8 bytes of a text, one character each.</summary>
    internal static string Write(string text) =>
        string.Create(
            Encoding.UTF8.GetByteCount(text),
            text,
            static (target, source) =>
            {
                var bytes = Encoding.UTF8.GetBytes(source);
                for (var i = 0; i < bytes.Length; i++)
                {
                    target[i] = _characters[bytes[i]];
                }
            }
        );

    /// <summary>The bytes behind the characters; a character that stands for no byte gives its own UTF-8.</summary>
    internal static void Read(string characters, List<byte> bytes)
    {
        Span<byte> buffer = stackalloc byte[4];
        foreach (var rune in characters.EnumerateRunes())
        {
            if (rune.IsBmp && _bytes.TryGetValue((char)rune.Value, out var value))
            {
                bytes.Add(value);
            }
            else
            {
                bytes.AddRange(buffer[..rune.EncodeToUtf8(buffer)]);
            }
        }
    }

    private static char[] Characters()
    {
        var characters = new char[256];
        var next = 256;
        for (var b = 0; b < 256; b++)
        {
            characters[b] = b is >= 0x21 and <= 0x7E or >= 0xA1 and <= 0xAC or >= 0xAE ? (char)b : (char)next++;
        }

        return characters;
    }
}
