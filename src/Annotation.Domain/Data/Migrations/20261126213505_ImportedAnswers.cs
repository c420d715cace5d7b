using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Annotation.Domain.Data.Migrations
{
    /// <inheritdoc />
    public partial class ImportedAnswers : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<Guid>(name: "imported_answer_id", table: "rankings", type: "uuid", nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "language",
                table: "projects",
                type: "character varying(20)",
                maxLength: 20,
                nullable: true
            );

            migrationBuilder.CreateTable(
                name: "imported_answers",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    project_id = table.Column<Guid>(type: "uuid", nullable: false),
                    prompt_id = table.Column<Guid>(type: "uuid", nullable: false),
                    completion_ids = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    shown_count = table.Column<int>(type: "integer", nullable: false),
                    question = table.Column<string>(type: "jsonb", nullable: false),
                    value = table.Column<string>(type: "jsonb", nullable: false),
                    labeler_name = table.Column<string>(type: "text", nullable: true),
                    judged_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    active_milliseconds = table.Column<int>(type: "integer", nullable: true),
                    guideline_version = table.Column<int>(type: "integer", nullable: true),
                    questionnaire_version = table.Column<int>(type: "integer", nullable: true),
                    submission = table.Column<string>(type: "text", nullable: true),
                    subject = table.Column<byte[]>(type: "bytea", nullable: true),
                    source = table.Column<string>(type: "text", nullable: false),
                    content_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_imported_answers", x => x.id);
                    table.ForeignKey(
                        name: "fk_imported_answers_project_id",
                        column: x => x.project_id,
                        principalTable: "projects",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_imported_answers_prompt_id",
                        column: x => x.prompt_id,
                        principalTable: "prompts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateIndex(
                name: "ix_rankings_imported_answer_id",
                table: "rankings",
                column: "imported_answer_id",
                unique: true
            );

            migrationBuilder.CreateIndex(
                name: "ix_imported_answers_project_id_content_hash",
                table: "imported_answers",
                columns: new[] { "project_id", "content_hash" },
                unique: true
            );

            migrationBuilder.CreateIndex(
                name: "ix_imported_answers_project_id_subject",
                table: "imported_answers",
                columns: new[] { "project_id", "subject" },
                filter: "subject is not null"
            );

            migrationBuilder.CreateIndex(
                name: "ix_imported_answers_project_id_submission",
                table: "imported_answers",
                columns: new[] { "project_id", "submission" }
            );

            migrationBuilder.CreateIndex(name: "ix_imported_answers_prompt_id", table: "imported_answers", column: "prompt_id");

            migrationBuilder.AddForeignKey(
                name: "fk_rankings_imported_answer_id",
                table: "rankings",
                column: "imported_answer_id",
                principalTable: "imported_answers",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict
            );

            migrationBuilder.Sql(
                "create trigger never_changed before update on imported_answers for each row execute function refuse_change();"
            );
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(name: "fk_rankings_imported_answer_id", table: "rankings");

            migrationBuilder.DropTable(name: "imported_answers");

            migrationBuilder.DropIndex(name: "ix_rankings_imported_answer_id", table: "rankings");

            migrationBuilder.DropColumn(name: "imported_answer_id", table: "rankings");

            migrationBuilder.DropColumn(name: "language", table: "projects");
        }
    }
}
