using System.Security.Claims;
using Annotation.Domain;
using Annotation.Domain.Data;
using Annotation.Web.Security;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.EntityFrameworkCore;
using MudBlazor;

namespace Annotation.Web.Layout;

/// <summary>What staff pages have in common: who looks, how to read, a token that ends with the page, and how to say no.</summary>
public abstract class StaffPage : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource _gone = new();

    [CascadingParameter]
    private Task<AuthenticationState> AuthenticationState { get; set; } = default!;

    [Inject]
    protected IDbContextFactory<AnnotationDbContext> Contexts { get; set; } = default!;

    [Inject]
    protected NavigationManager Navigation { get; set; } = default!;

    [Inject]
    protected TimeProvider Time { get; set; } = default!;

    [Inject]
    private ISnackbar Snackbar { get; set; } = default!;

    /// <summary>Cancelled when the page is left.</summary>
    protected CancellationToken Gone { get; }

    // The token outlives its source: what is still under way when the page is left sees that it is cancelled.
    protected StaffPage() => Gone = _gone.Token;

    /// <summary>Who looks at the page.</summary>
    protected async Task<ClaimsPrincipal> UserAsync() => (await AuthenticationState).User;

    /// <summary>The id of who looks at the page.</summary>
    protected async Task<Guid> PersonIdAsync() => (await UserAsync()).PersonId();

    /// <summary>Shows a refusal, or says that it is done; true when it is.</summary>
    protected bool Say<T>(Outcome<T> outcome, string done)
        where T : notnull
    {
        Snackbar.Add(outcome.Succeeded ? done : outcome.Refusal.Sentence, outcome.Succeeded ? Severity.Success : Severity.Error);
        return outcome.Succeeded;
    }

    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets a page release what it holds.</summary>
    protected virtual void Dispose(bool disposing) { }
}
