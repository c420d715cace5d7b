using System.Net.Http.Json;
using Annotation.Client.Contracts;
using Xunit;

namespace Annotation.Web.Tests;

/// <summary>Reads what the server refused.</summary>
internal static class Refusals
{
    /// <summary>The refusal of an answer: JSON with a code that programs know and one sentence for a person.</summary>
    public static async Task<Refusal> RefusalAsync(this HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        var refusal = await answer.Content.ReadFromJsonAsync<Refusal>(cancellationToken);
        Assert.Matches("^[a-z0-9-]+$", refusal!.Code);
        Assert.DoesNotContain('\n', refusal.Sentence);
        Assert.Matches("[.?!…]$", refusal.Sentence);
        Assert.DoesNotContain("Exception", refusal.Sentence, StringComparison.Ordinal);
        return refusal;
    }
}
