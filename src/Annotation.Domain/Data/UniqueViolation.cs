using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Annotation.Domain.Data;

/// <summary>Recognises that somebody else was faster with the same unique value.</summary>
internal static class UniqueViolation
{
    /// <summary>True when the save failed on this unique index.</summary>
    public static bool Breaks(this DbUpdateException failure, string index) =>
        failure.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } inner && inner.ConstraintName == index;
}
