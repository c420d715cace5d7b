using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Annotation.Domain.Data;

/// <summary>Lets <c>dotnet ef</c> see the model; writing a migration needs no server.</summary>
internal sealed class DesignTimeContextFactory : IDesignTimeDbContextFactory<AnnotationDbContext>
{
    public AnnotationDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<AnnotationDbContext>().UseNpgsql("Host=localhost;Database=annotation").Options);
}
