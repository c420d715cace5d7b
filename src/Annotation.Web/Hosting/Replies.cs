using Annotation.Domain;

namespace Annotation.Web.Hosting;

/// <summary>Turns what a use case returns into an HTTP answer.</summary>
internal static class Replies
{
    private static readonly HashSet<string> MissingCodes =
    [
        "unknown-project",
        "unknown-person",
        "unknown-token",
        "unknown-team",
        "unknown-model",
        "unknown-run",
        "unknown-set",
        "unknown-assignment",
        "unknown-questionnaire",
        "unknown-guideline",
        "unknown-inquiry",
    ];

    /// <summary>The value as JSON, or the refusal with its status.</summary>
    public static IResult Reply<T>(this Outcome<T> outcome)
        where T : notnull => outcome.Reply(value => Results.Json(value));

    /// <summary>What is made of the value, or the refusal with its status.</summary>
    public static IResult Reply<T>(this Outcome<T> outcome, Func<T, IResult> reply)
        where T : notnull => outcome.Succeeded ? reply(outcome.Value) : outcome.Refusal.Reply();

    /// <summary>What is made of the value later, or the refusal with its status.</summary>
    public static async Task<IResult> Reply<T>(this Outcome<T> outcome, Func<T, Task<IResult>> reply)
        where T : notnull => outcome.Succeeded ? await reply(outcome.Value) : outcome.Refusal.Reply();

    /// <summary>A refusal: 404 for what is not there, 409 for what has changed meanwhile, 400 for wrong input.</summary>
    public static IResult Reply(this Domain.Refusal refusal)
    {
        var status =
            MissingCodes.Contains(refusal.Code) ? StatusCodes.Status404NotFound
            : refusal.Code.EndsWith("-taken", StringComparison.Ordinal)
            || refusal.Code.StartsWith("lease-", StringComparison.Ordinal)
            || refusal.Code == "limit-reached"
                ? StatusCodes.Status409Conflict
            : StatusCodes.Status400BadRequest;
        return Refuse(status, refusal.Code, refusal.Sentence);
    }

    /// <summary>A refusal that is decided here, about the request itself.</summary>
    public static IResult Refuse(int status, string code, string sentence) =>
        Results.Json(new Client.Contracts.Refusal(code, sentence), statusCode: status);
}
