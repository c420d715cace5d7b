using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Annotation.Domain.Data.Migrations
{
    /// <inheritdoc />
    public partial class JudgementsFloor : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropCheckConstraint(name: "ck_labeling_tasks_cap", table: "labeling_tasks");

            migrationBuilder.AddColumn<int>(
                name: "judgements_floor",
                table: "labeling_tasks",
                type: "integer",
                nullable: false,
                defaultValue: 0
            );

            // How many were wanted at first: of a task that may have grown since, what its project asks for now.
            migrationBuilder.Sql(
                """
                update labeling_tasks t set judgements_floor =
                  case when p.judgements_cap is null or t.arm = 'random' or t.kind <> 'ranking' then t.judgements_wanted
                       else least(t.judgements_wanted, p.judgements_per_task) end
                from projects p where p.id = t.project_id
                """
            );

            migrationBuilder.AddCheckConstraint(
                name: "ck_labeling_tasks_cap",
                table: "labeling_tasks",
                sql: "judgements_floor >= 1 and judgements_wanted between judgements_floor and judgements_cap"
            );
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropCheckConstraint(name: "ck_labeling_tasks_cap", table: "labeling_tasks");

            migrationBuilder.DropColumn(name: "judgements_floor", table: "labeling_tasks");

            migrationBuilder.AddCheckConstraint(
                name: "ck_labeling_tasks_cap",
                table: "labeling_tasks",
                sql: "judgements_wanted between 1 and judgements_cap"
            );
        }
    }
}
