using System.Text.Json;
using System.Text.Json.Serialization;
using Annotation.Domain.Data;

namespace Annotation.Domain.Accounts;

/// <summary>Adds audit events to the unit of work of the change they tell about.</summary>
internal static class AuditTrail
{
    private static readonly JsonSerializerOptions ByName = new(JsonSerializerOptions.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    /// <summary>Adds the event; it is stored with the context's next save, in the same transaction.</summary>
    public static void Audit(
        this AnnotationDbContext db,
        DateTimeOffset at,
        Guid? personId,
        string action,
        string subject,
        object? details = null
    ) =>
        db.AuditEvents.Add(
            new AuditEvent
            {
                At = at,
                PersonId = personId,
                Action = action,
                Subject = subject,
                Details = details is null ? "{}" : JsonSerializer.Serialize(details, ByName),
            }
        );
}
