using System.Net;
using System.Reflection;
using Annotation.Domain.Accounts;
using Annotation.Web.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Xunit;

namespace Annotation.Web.Tests.Security;

/// <summary>Who may open which page: every routable component has a row here, and everybody tries it.</summary>
public sealed class PageAccessTests(WebServer server) : IClassFixture<WebServer>
{
    private const string Nobody = "nobody";
    private static readonly string[] Callers = [Nobody, Roles.Labeler, Roles.Engineer, Roles.Admin];

    /// <summary>The least role that a page admits; the roles after it in <see cref="Callers"/> are admitted too.</summary>
    private static readonly Dictionary<string, string> Least = new()
    {
        ["/sign-in"] = Nobody,
        ["/status/{Code:int}"] = Nobody,
        ["/account"] = Roles.Labeler,
        ["/label"] = Roles.Labeler,
        ["/history"] = Roles.Labeler,
        ["/recorded"] = Roles.Labeler,
        ["/timesheet"] = Roles.Labeler,
        ["/inbox"] = Roles.Labeler,
        ["/guideline"] = Roles.Labeler,
        ["/settings"] = Roles.Labeler,
        ["/home"] = Roles.Engineer,
        ["/projects"] = Roles.Engineer,
        ["/projects/{Name}"] = Roles.Engineer,
        ["/projects/{Name}/questionnaire"] = Roles.Engineer,
        ["/projects/{Name}/guideline"] = Roles.Engineer,
        ["/projects/{Name}/inbox"] = Roles.Engineer,
        ["/projects/{Name}/labelers"] = Roles.Engineer,
        ["/projects/{Name}/judgements"] = Roles.Engineer,
        ["/projects/{Name}/judgements/{Id:guid}"] = Roles.Engineer,
        ["/projects/{Name}/sets/{Number:int}"] = Roles.Engineer,
        ["/runs"] = Roles.Engineer,
        ["/runs/new"] = Roles.Engineer,
        ["/runs/{Number:int}"] = Roles.Engineer,
        ["/models"] = Roles.Engineer,
        ["/models/{Name}"] = Roles.Engineer,
        ["/operations"] = Roles.Admin,
        ["/people"] = Roles.Admin,
        ["/audit"] = Roles.Admin,
    };

    /// <summary>Every page that the router can find, by the same attributes that it looks for.</summary>
    private static Dictionary<string, Type> Pages =>
        typeof(Program)
            .Assembly.GetTypes()
            .SelectMany(type => type.GetCustomAttributes<RouteAttribute>().Select(route => (route.Template, Type: type)))
            .ToDictionary(page => page.Template, page => page.Type);

    [Fact]
    public void Every_page_has_a_row_and_every_row_a_page() => Assert.Equal(Least.Keys.Order(), Pages.Keys.Order());

    [Fact]
    public void Every_page_declares_the_role_of_its_row()
    {
        foreach (var (template, type) in Pages)
        {
            var declared = type.GetCustomAttribute<AllowAnonymousAttribute>() is not null
                ? Nobody
                : type.GetCustomAttribute<AuthorizeAttribute>()?.Policy;
            Assert.True(Least[template] == declared, $"{template} declares {declared ?? "nothing"}, its row says {Least[template]}");
        }
    }

    [Fact]
    public async Task Every_page_opens_for_the_roles_of_its_row_and_for_no_others()
    {
        var cancellation = TestContext.Current.CancellationToken;
        foreach (var caller in Callers)
        {
            using var browser = caller == Nobody ? server.Anonymous() : await server.BrowserOfAsync(cancellation, caller);
            foreach (var (template, least) in Least)
            {
                using var answer = await browser.GetAsync(Address(template), cancellation);
                var expected = Array.IndexOf(Callers, caller) >= Array.IndexOf(Callers, least);
                Assert.True(expected == (answer.StatusCode == HttpStatusCode.OK), $"{template} answers {answer.StatusCode} to {caller}");
                if (!expected && caller == Nobody)
                {
                    Assert.Equal("/sign-in", answer.Headers.Location?.AbsolutePath);
                }
            }
        }
    }

    [Fact]
    public async Task The_queues_dashboard_is_for_admins()
    {
        var cancellation = TestContext.Current.CancellationToken;
        foreach (var (role, expected) in new[] { (Roles.Labeler, false), (Roles.Engineer, false), (Roles.Admin, true) })
        {
            using var browser = await server.BrowserOfAsync(cancellation, role);
            using var answer = await browser.GetAsync("/hangfire", cancellation);
            Assert.True(expected == (answer.StatusCode == HttpStatusCode.OK), $"{answer.StatusCode} to {role}");
        }
    }

    [Fact]
    public void Every_policy_that_a_page_names_is_known()
    {
        var policies = new AuthorizationOptions();
        RolePolicies.Add(policies);
        Assert.All(Pages.Values, type => Assert.True(NamesKnownPolicy(type, policies), type.Name));
    }

    private static bool NamesKnownPolicy(Type type, AuthorizationOptions policies) =>
        type.GetCustomAttribute<AuthorizeAttribute>()?.Policy is not { } policy || policies.GetPolicy(policy) is not null;

    // The fixed pages need nothing; a page about one thing says by itself when there is no such thing.
    private static string Address(string template) =>
        template
            .Replace("{Code:int}", "404", StringComparison.Ordinal)
            .Replace("{Number:int}", "1", StringComparison.Ordinal)
            .Replace("{Id:guid}", Guid.Empty.ToString(), StringComparison.Ordinal)
            .Replace("{Name}", "none", StringComparison.Ordinal);
}
