using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Annotation.Domain.Data.Migrations
{
    /// <inheritdoc />
    public partial class OpenTasksOfAllProjects : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "ix_labeling_tasks_priority_id",
                table: "labeling_tasks",
                columns: new[] { "priority", "id" },
                descending: new[] { true, false },
                filter: "closed_at is null"
            );
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(name: "ix_labeling_tasks_priority_id", table: "labeling_tasks");
        }
    }
}
