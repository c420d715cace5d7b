using Annotation.Domain.Accounts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Annotation.Domain.Labeling;

/// <summary>
/// An answer that its labeler took back. The answer and what was made of it stay as written, but they are no longer
/// live: nothing counts, freezes or learns from them.
/// </summary>
public sealed class Retraction
{
    public required Guid AnswerId { get; init; }

    public required Guid PersonId { get; init; }

    public required DateTimeOffset At { get; init; }
}

internal sealed class RetractionMapping : IEntityTypeConfiguration<Retraction>
{
    public void Configure(EntityTypeBuilder<Retraction> builder)
    {
        builder.ToTable("retractions");
        builder.HasKey(r => r.AnswerId);
        builder.HasOne<Answer>().WithOne().HasForeignKey<Retraction>(r => r.AnswerId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Person>().WithMany().HasForeignKey(r => r.PersonId).OnDelete(DeleteBehavior.Restrict);
    }
}
