using System.Data.Common;
using Annotation.Domain.Accounts;
using Annotation.Domain.Data;
using Annotation.Domain.Labeling;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace Annotation.Domain;

/// <summary>Registers everything a host needs of this room.</summary>
public static class DomainRegistration
{
    /// <summary>Adds the database, people and roles, and every use case. All use cases are safe for any thread.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="connectionString">PostgreSQL 15 or later.</param>
    /// <returns>The identity builder, for hosts that add sign-in.</returns>
    public static IdentityBuilder AddAnnotationDomain(this IServiceCollection services, string connectionString)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(_ => new ShownOrderShuffler(new Random()));
        services.AddSingleton(_ => NpgsqlDataSource.Create(WithDefaults(connectionString)));
        services.AddPooledDbContextFactory<AnnotationDbContext>(
            (provider, options) => options.UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>())
        );
        foreach (var useCase in UseCases())
        {
            services.AddSingleton(useCase);
        }

        return services
            .AddIdentityCore<Person>(options =>
            {
                // Length is what makes a password strong; rules about characters only make it forgotten.
                options.Password.RequiredLength = 12;
                options.Password.RequireDigit = false;
                options.Password.RequireLowercase = false;
                options.Password.RequireUppercase = false;
                options.Password.RequireNonAlphanumeric = false;
                options.Password.RequiredUniqueChars = 4;
            })
            .AddRoles<IdentityRole<Guid>>()
            .AddEntityFrameworkStores<AnnotationDbContext>();
    }

    // 200 claims and submits a second on two cores, by two web processes: docs/reports has the figures of others.
    private static readonly int ConnectionsPerProcess = Math.Max(12, 3 * Environment.ProcessorCount);

    // A machine that goes without a word holds its locks until the server notices: within a minute, where Linux alone takes two hours.
    private const string KeepAlive = "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3";

    /// <summary>
    /// Statements that come again are prepared once for each connection: planning them costs more than running them.
    /// And they are small: the planner, which guesses a search's cost before its "limit 1", would compile them (70 ms) or
    /// start parallel workers for a claim that takes 0.2 ms.
    /// Few connections: whenever a table is vacuumed or analyzed, each of them plans all its statements anew, at the same
    /// moment; more than keep the processors busy only make that moment longer. Nothing here changes a session but for one
    /// transaction, so none is reset when it goes back to the pool.
    /// A connection string that says otherwise (a pooler between that cannot keep prepared statements) is left as it is.
    /// </summary>
    private static string WithDefaults(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder
        {
            MaxAutoPrepare = 200,
            AutoPrepareMinUsages = 2,
            MaxPoolSize = ConnectionsPerProcess,
            NoResetOnClose = true,
            Options = $"-c jit=off -c max_parallel_workers_per_gather=0 {KeepAlive}",
        };
        var said = new DbConnectionStringBuilder { ConnectionString = connectionString };
        foreach (string key in said.Keys)
        {
            builder[key] = said[key];
        }

        return builder.ConnectionString;
    }

    /// <summary>The use cases: public sealed classes whose one public method is <c>RunAsync</c>.</summary>
    private static IEnumerable<Type> UseCases() =>
        typeof(DomainRegistration)
            .Assembly.GetExportedTypes()
            .Where(type =>
                type is { IsClass: true, IsSealed: true, IsAbstract: false }
                && type.GetMethod("RunAsync") is { } run
                && run.DeclaringType == type
            );
}
