using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Annotation.Domain.Accounts;

/// <summary>Somebody who signs in: a labeler, an engineer or an admin, by role.</summary>
public sealed class Person : IdentityUser<Guid>
{
    public Person() => Id = Guid.CreateVersion7();

    /// <summary>The name that colleagues see.</summary>
    public required string DisplayName { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Since when this person may no longer sign in or use a token; null while active.</summary>
    public DateTimeOffset? DisabledAt { get; set; }

    /// <summary>Languages (BCP 47, lower case) that the person can judge; empty: nothing declared, so everything.</summary>
    public string[] Languages { get; set; } = [];

    /// <summary>Sensitive categories that the person does not want to see.</summary>
    public string[] OptedOut { get; set; } = [];

    /// <summary>What the labelers' page keeps for the person, such as its keys: a JSON document; null: nothing.</summary>
    public string? PageSettings { get; set; }
}

internal sealed class PersonMapping : IEntityTypeConfiguration<Person>
{
    public void Configure(EntityTypeBuilder<Person> builder)
    {
        builder.ToTable("people");
        builder.Property(p => p.DisplayName).HasMaxLength(200);
        builder.Property(p => p.Languages).HasDefaultValueSql("'{}'");
        builder.Property(p => p.OptedOut).HasDefaultValueSql("'{}'");
        builder.Property(p => p.PageSettings).HasColumnType("jsonb");
    }
}
