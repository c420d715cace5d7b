using Annotation.Domain.Data;
using Annotation.Web.Runs;

namespace Annotation.Web.Hosting;

/// <summary>Brings the database up to date before the first request is taken.</summary>
internal static class DatabasePreparation
{
    /// <summary>Migrates and seeds under the advisory lock, and installs the queue's tables.</summary>
    public static async Task PrepareDatabaseAsync(this WebApplication app, CancellationToken cancellationToken)
    {
        var file = app.Configuration.AdminFile();
        var admin = await app
            .Services.GetRequiredService<MigrateAndSeed>()
            .RunAsync(
                file,
                _ =>
                {
                    app.Services.InstallQueueTables();
                    return Task.CompletedTask;
                },
                cancellationToken
            );
        if (admin is not null && file is null)
        {
            app.Logger.LogWarning(
                "First start: sign in as {UserName} with the password {Password} and change it",
                admin.User,
                admin.Password
            );
        }
    }
}
