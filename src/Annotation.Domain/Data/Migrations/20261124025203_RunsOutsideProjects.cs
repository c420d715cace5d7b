using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Annotation.Domain.Data.Migrations
{
    /// <inheritdoc />
    public partial class RunsOutsideProjects : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(name: "ix_runs_project_id_number", table: "runs");

            migrationBuilder.CreateSequence<int>(name: "run_numbers");

            migrationBuilder.AlterColumn<Guid>(
                name: "project_id",
                table: "runs",
                type: "uuid",
                nullable: true,
                oldClrType: typeof(Guid),
                oldType: "uuid"
            );

            migrationBuilder.AddColumn<bool>(name: "allow_overlap", table: "runs", type: "boolean", nullable: false, defaultValue: false);

            migrationBuilder.AddColumn<string>(name: "notice", table: "runs", type: "text", nullable: true);

            migrationBuilder.CreateIndex(name: "ix_runs_number", table: "runs", column: "number", unique: true);

            migrationBuilder.CreateIndex(name: "ix_runs_project_id", table: "runs", column: "project_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(name: "ix_runs_number", table: "runs");

            migrationBuilder.DropIndex(name: "ix_runs_project_id", table: "runs");

            migrationBuilder.DropColumn(name: "allow_overlap", table: "runs");

            migrationBuilder.DropColumn(name: "notice", table: "runs");

            migrationBuilder.DropSequence(name: "run_numbers");

            migrationBuilder.AlterColumn<Guid>(
                name: "project_id",
                table: "runs",
                type: "uuid",
                nullable: false,
                defaultValue: new Guid("00000000-0000-0000-0000-000000000000"),
                oldClrType: typeof(Guid),
                oldType: "uuid",
                oldNullable: true
            );

            migrationBuilder.CreateIndex(
                name: "ix_runs_project_id_number",
                table: "runs",
                columns: new[] { "project_id", "number" },
                unique: true
            );
        }
    }
}
