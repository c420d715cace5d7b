using Annotation.Web.Hosting;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Identity;

namespace Annotation.Web.Security;

/// <summary>
/// Protects the JSON API against forged requests: a browser sends its cookie by itself, so a request that changes
/// something must also carry a token that only our pages know. Bearer tokens are never sent by themselves.
/// </summary>
internal sealed class AntiforgeryForCookies(IAntiforgery antiforgery) : IEndpointFilter
{
    /// <summary>The header that carries the token.</summary>
    public const string Header = "RequestVerificationToken";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext.Request;
        var byCookie = context.HttpContext.User.Identities.Any(identity =>
            identity.AuthenticationType == IdentityConstants.ApplicationScheme
        );
        if (byCookie && !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            try
            {
                await antiforgery.ValidateRequestAsync(context.HttpContext);
            }
            catch (AntiforgeryValidationException)
            {
                return Replies.Refuse(
                    StatusCodes.Status400BadRequest,
                    "antiforgery",
                    $"Send the antiforgery token in the header {Header}; GET /api/antiforgery returns one."
                );
            }
        }

        return await next(context);
    }
}
