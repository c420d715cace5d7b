using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Annotation.Domain.Accounts;

/// <summary>An API token as a program sends it: <c>ann_ID_SECRET</c>.</summary>
/// <param name="Id">Key of the stored token, 32 hexadecimal digits in the text.</param>
/// <param name="Secret">Known to the bearer only.</param>
internal sealed record TokenText(Guid Id, string Secret)
{
    private const string Prefix = "ann_";
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    // 43 characters of 62 hold 256 bits.
    private const int SecretLength = 43;

    public static TokenText Create(Guid id) => new(id, RandomNumberGenerator.GetString(Alphabet, SecretLength));

    public byte[] SecretHash() => SHA256.HashData(Encoding.UTF8.GetBytes(Secret));

    public override string ToString() => $"{Prefix}{Id:N}_{Secret}";

    public static bool TryParse(string? text, [NotNullWhen(true)] out TokenText? token)
    {
        token = null;
        if (text is null || !text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var parts = text[Prefix.Length..].Split('_');
        if (parts is [var id, { Length: SecretLength } secret] && Guid.TryParseExact(id, "N", out var guid))
        {
            token = new TokenText(guid, secret);
        }

        return token is not null;
    }
}
