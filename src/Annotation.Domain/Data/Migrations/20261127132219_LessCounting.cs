using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Annotation.Domain.Data.Migrations
{
    /// <inheritdoc />
    public partial class LessCounting : Migration
    {
        private static readonly string[] GrowingTables =
        [
            "labeling_tasks",
            "assignments",
            "answers",
            "interactions",
            "rankings",
            "ranking_items",
        ];

        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(name: "ix_assignments_person_id_ended_at", table: "assignments");

            migrationBuilder
                .CreateIndex(name: "ix_assignments_person_id_ended_at", table: "assignments", columns: new[] { "person_id", "ended_at" })
                .Annotation("Npgsql:IndexInclude", new[] { "project_id", "state" });

            // Judgements are looked up by their keys, whatever the statistics say; and each vacuum or analysis of a table has
            // every connection plan all its statements on it anew. A tenth or fifth more rows is a minute's work in a young project.
            foreach (var table in GrowingTables)
            {
                migrationBuilder.Sql(
                    $"""
                    alter table {table} set (
                      autovacuum_analyze_scale_factor = 0.5, autovacuum_analyze_threshold = 5000,
                      autovacuum_vacuum_scale_factor = 0.4, autovacuum_vacuum_insert_scale_factor = 0.5)
                    """
                );
            }
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            foreach (var table in GrowingTables)
            {
                migrationBuilder.Sql(
                    $"""
                    alter table {table} reset (
                      autovacuum_analyze_scale_factor, autovacuum_analyze_threshold,
                      autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor)
                    """
                );
            }

            migrationBuilder.DropIndex(name: "ix_assignments_person_id_ended_at", table: "assignments");

            migrationBuilder.CreateIndex(
                name: "ix_assignments_person_id_ended_at",
                table: "assignments",
                columns: new[] { "person_id", "ended_at" }
            );
        }
    }
}
