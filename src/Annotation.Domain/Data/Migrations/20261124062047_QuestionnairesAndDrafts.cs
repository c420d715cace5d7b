using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Annotation.Domain.Data.Migrations
{
    /// <inheritdoc />
    public partial class QuestionnairesAndDrafts : Migration
    {
        private static readonly string[] AppendOnly =
        [
            "questionnaires",
            "guideline_texts",
            "retractions",
            "interactions",
            "dialogue_turns",
            "suggestions",
            "inquiry_messages",
        ];

        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(name: "ix_demonstrations_answer_id", table: "demonstrations");

            migrationBuilder.AddColumn<string[]>(
                name: "content_flags",
                table: "prompts",
                type: "text[]",
                nullable: false,
                defaultValueSql: "'{}'"
            );

            migrationBuilder.AddColumn<string>(
                name: "language",
                table: "prompts",
                type: "character varying(20)",
                maxLength: 20,
                nullable: true
            );

            migrationBuilder.AddColumn<string>(name: "content_warning", table: "projects", type: "text", nullable: false, defaultValue: "");

            migrationBuilder.AddColumn<int>(
                name: "questionnaire_version",
                table: "projects",
                type: "integer",
                nullable: false,
                defaultValue: 0
            );

            migrationBuilder.AddColumn<string[]>(
                name: "languages",
                table: "people",
                type: "text[]",
                nullable: false,
                defaultValueSql: "'{}'"
            );

            migrationBuilder.AddColumn<string[]>(
                name: "opted_out",
                table: "people",
                type: "text[]",
                nullable: false,
                defaultValueSql: "'{}'"
            );

            migrationBuilder.AddColumn<string>(name: "page_settings", table: "people", type: "jsonb", nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "two_sided",
                table: "labeling_tasks",
                type: "boolean",
                nullable: false,
                defaultValue: false
            );

            migrationBuilder.AddColumn<int>(
                name: "questionnaire_version",
                table: "assignments",
                type: "integer",
                nullable: false,
                defaultValue: 0
            );

            migrationBuilder.AddColumn<string>(
                name: "seat",
                table: "assignments",
                type: "character varying(20)",
                maxLength: 20,
                nullable: false,
                defaultValue: "both"
            );

            migrationBuilder.AddColumn<int>(name: "guideline_version", table: "answers", type: "integer", nullable: false, defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "questionnaire_version",
                table: "answers",
                type: "integer",
                nullable: false,
                defaultValue: 0
            );

            migrationBuilder.CreateTable(
                name: "drafts",
                columns: table => new
                {
                    assignment_id = table.Column<Guid>(type: "uuid", nullable: false),
                    revision = table.Column<long>(type: "bigint", nullable: false),
                    content = table.Column<string>(type: "text", nullable: false),
                    saved_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_drafts", x => x.assignment_id);
                    table.ForeignKey(
                        name: "fk_drafts_assignment_id",
                        column: x => x.assignment_id,
                        principalTable: "assignments",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "guideline_texts",
                columns: table => new
                {
                    project_id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    text = table.Column<string>(type: "text", nullable: false),
                    examples = table.Column<string>(type: "jsonb", nullable: false),
                    person_id = table.Column<Guid>(type: "uuid", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_guideline_texts", x => new { x.project_id, x.version });
                    table.ForeignKey(
                        name: "fk_guideline_texts_person_id",
                        column: x => x.person_id,
                        principalTable: "people",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_guideline_texts_project_id",
                        column: x => x.project_id,
                        principalTable: "projects",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "guideline_visits",
                columns: table => new
                {
                    person_id = table.Column<Guid>(type: "uuid", nullable: false),
                    project_id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_guideline_visits", x => new { x.person_id, x.project_id });
                    table.ForeignKey(
                        name: "fk_guideline_visits_person_id",
                        column: x => x.person_id,
                        principalTable: "people",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_guideline_visits_project_id",
                        column: x => x.project_id,
                        principalTable: "projects",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "inquiries",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    project_id = table.Column<Guid>(type: "uuid", nullable: false),
                    assignment_id = table.Column<Guid>(type: "uuid", nullable: false),
                    person_id = table.Column<Guid>(type: "uuid", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    answered_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    read_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_inquiries", x => x.id);
                    table.ForeignKey(
                        name: "fk_inquiries_assignment_id",
                        column: x => x.assignment_id,
                        principalTable: "assignments",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_inquiries_person_id",
                        column: x => x.person_id,
                        principalTable: "people",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_inquiries_project_id",
                        column: x => x.project_id,
                        principalTable: "projects",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "interactions",
                columns: table => new
                {
                    submission_key = table.Column<Guid>(type: "uuid", nullable: false),
                    assignment_id = table.Column<Guid>(type: "uuid", nullable: false),
                    person_id = table.Column<Guid>(type: "uuid", nullable: false),
                    claimed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    submitted_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    active_milliseconds = table.Column<int>(type: "integer", nullable: true),
                    first_interaction_milliseconds = table.Column<int>(type: "integer", nullable: true),
                    change_count = table.Column<int>(type: "integer", nullable: true),
                    input_device = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true),
                    viewport_width = table.Column<int>(type: "integer", nullable: true),
                    viewport_height = table.Column<int>(type: "integer", nullable: true),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_interactions", x => x.submission_key);
                    table.ForeignKey(
                        name: "fk_interactions_assignment_id",
                        column: x => x.assignment_id,
                        principalTable: "assignments",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_interactions_person_id",
                        column: x => x.person_id,
                        principalTable: "people",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "questionnaires",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    project_id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    questions = table.Column<string>(type: "jsonb", nullable: false),
                    person_id = table.Column<Guid>(type: "uuid", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_questionnaires", x => x.id);
                    table.ForeignKey(
                        name: "fk_questionnaires_person_id",
                        column: x => x.person_id,
                        principalTable: "people",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_questionnaires_project_id",
                        column: x => x.project_id,
                        principalTable: "projects",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "retractions",
                columns: table => new
                {
                    answer_id = table.Column<Guid>(type: "uuid", nullable: false),
                    person_id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_retractions", x => x.answer_id);
                    table.ForeignKey(
                        name: "fk_retractions_answer_id",
                        column: x => x.answer_id,
                        principalTable: "answers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_retractions_person_id",
                        column: x => x.person_id,
                        principalTable: "people",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "suggestions",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    assignment_id = table.Column<Guid>(type: "uuid", nullable: false),
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_suggestions", x => x.id);
                    table.ForeignKey(
                        name: "fk_suggestions_assignment_id",
                        column: x => x.assignment_id,
                        principalTable: "assignments",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_suggestions_run_id",
                        column: x => x.run_id,
                        principalTable: "runs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "inquiry_messages",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    inquiry_id = table.Column<Guid>(type: "uuid", nullable: false),
                    person_id = table.Column<Guid>(type: "uuid", nullable: false),
                    text = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_inquiry_messages", x => x.id);
                    table.ForeignKey(
                        name: "fk_inquiry_messages_inquiry_id",
                        column: x => x.inquiry_id,
                        principalTable: "inquiries",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_inquiry_messages_person_id",
                        column: x => x.person_id,
                        principalTable: "people",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "dialogue_turns",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    task_id = table.Column<Guid>(type: "uuid", nullable: false),
                    position = table.Column<int>(type: "integer", nullable: false),
                    text = table.Column<string>(type: "text", nullable: false),
                    origin = table.Column<string>(type: "text", nullable: false),
                    suggestion_id = table.Column<Guid>(type: "uuid", nullable: true),
                    assignment_id = table.Column<Guid>(type: "uuid", nullable: false),
                    person_id = table.Column<Guid>(type: "uuid", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_dialogue_turns", x => x.id);
                    table.ForeignKey(
                        name: "fk_dialogue_turns_assignment_id",
                        column: x => x.assignment_id,
                        principalTable: "assignments",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_dialogue_turns_person_id",
                        column: x => x.person_id,
                        principalTable: "people",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_dialogue_turns_suggestion_id",
                        column: x => x.suggestion_id,
                        principalTable: "suggestions",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_dialogue_turns_task_id",
                        column: x => x.task_id,
                        principalTable: "labeling_tasks",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateIndex(
                name: "ix_demonstrations_answer_id_prompt_id",
                table: "demonstrations",
                columns: new[] { "answer_id", "prompt_id" },
                unique: true
            );

            migrationBuilder.CreateIndex(name: "ix_dialogue_turns_assignment_id", table: "dialogue_turns", column: "assignment_id");

            migrationBuilder.CreateIndex(name: "ix_dialogue_turns_person_id", table: "dialogue_turns", column: "person_id");

            migrationBuilder.CreateIndex(name: "ix_dialogue_turns_suggestion_id", table: "dialogue_turns", column: "suggestion_id");

            migrationBuilder.CreateIndex(
                name: "ix_dialogue_turns_task_id_position",
                table: "dialogue_turns",
                columns: new[] { "task_id", "position" },
                unique: true
            );

            migrationBuilder.CreateIndex(name: "ix_guideline_texts_person_id", table: "guideline_texts", column: "person_id");

            migrationBuilder.CreateIndex(name: "ix_guideline_visits_project_id", table: "guideline_visits", column: "project_id");

            migrationBuilder.CreateIndex(name: "ix_inquiries_assignment_id", table: "inquiries", column: "assignment_id", unique: true);

            migrationBuilder.CreateIndex(name: "ix_inquiries_person_id", table: "inquiries", column: "person_id");

            migrationBuilder.CreateIndex(
                name: "ix_inquiries_project_id_answered_at",
                table: "inquiries",
                columns: new[] { "project_id", "answered_at" }
            );

            migrationBuilder.CreateIndex(name: "ix_inquiry_messages_inquiry_id", table: "inquiry_messages", column: "inquiry_id");

            migrationBuilder.CreateIndex(name: "ix_inquiry_messages_person_id", table: "inquiry_messages", column: "person_id");

            migrationBuilder.CreateIndex(name: "ix_interactions_assignment_id", table: "interactions", column: "assignment_id");

            migrationBuilder.CreateIndex(
                name: "ix_interactions_person_id_submitted_at",
                table: "interactions",
                columns: new[] { "person_id", "submitted_at" }
            );

            migrationBuilder.CreateIndex(name: "ix_questionnaires_person_id", table: "questionnaires", column: "person_id");

            migrationBuilder.CreateIndex(
                name: "ix_questionnaires_project_id_version",
                table: "questionnaires",
                columns: new[] { "project_id", "version" },
                unique: true
            );

            migrationBuilder.CreateIndex(name: "ix_retractions_person_id", table: "retractions", column: "person_id");

            migrationBuilder.CreateIndex(name: "ix_suggestions_assignment_id", table: "suggestions", column: "assignment_id");

            migrationBuilder.CreateIndex(name: "ix_suggestions_run_id", table: "suggestions", column: "run_id");

            // Answers have the versions of the lease that they were given under.
            migrationBuilder.Sql(
                """
                alter table answers disable trigger never_changed;
                update answers set guideline_version = a.guideline_version from assignments a where a.id = answers.assignment_id;
                alter table answers enable trigger never_changed;
                """
            );
            // Of a guideline's earlier versions nobody knows the text any more.
            migrationBuilder.Sql(
                """
                insert into guideline_texts (project_id, version, text, examples, created_at)
                select id, guideline_version, guideline, '[]', created_at from projects;
                """
            );
            foreach (var table in AppendOnly)
            {
                migrationBuilder.Sql(
                    $"create trigger never_changed before update on {table} for each row execute function refuse_change();"
                );
            }
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(name: "dialogue_turns");

            migrationBuilder.DropTable(name: "drafts");

            migrationBuilder.DropTable(name: "guideline_texts");

            migrationBuilder.DropTable(name: "guideline_visits");

            migrationBuilder.DropTable(name: "inquiry_messages");

            migrationBuilder.DropTable(name: "interactions");

            migrationBuilder.DropTable(name: "questionnaires");

            migrationBuilder.DropTable(name: "retractions");

            migrationBuilder.DropTable(name: "suggestions");

            migrationBuilder.DropTable(name: "inquiries");

            migrationBuilder.DropIndex(name: "ix_demonstrations_answer_id_prompt_id", table: "demonstrations");

            migrationBuilder.DropColumn(name: "content_flags", table: "prompts");

            migrationBuilder.DropColumn(name: "language", table: "prompts");

            migrationBuilder.DropColumn(name: "content_warning", table: "projects");

            migrationBuilder.DropColumn(name: "questionnaire_version", table: "projects");

            migrationBuilder.DropColumn(name: "languages", table: "people");

            migrationBuilder.DropColumn(name: "opted_out", table: "people");

            migrationBuilder.DropColumn(name: "page_settings", table: "people");

            migrationBuilder.DropColumn(name: "two_sided", table: "labeling_tasks");

            migrationBuilder.DropColumn(name: "questionnaire_version", table: "assignments");

            migrationBuilder.DropColumn(name: "seat", table: "assignments");

            migrationBuilder.DropColumn(name: "guideline_version", table: "answers");

            migrationBuilder.DropColumn(name: "questionnaire_version", table: "answers");

            migrationBuilder.CreateIndex(name: "ix_demonstrations_answer_id", table: "demonstrations", column: "answer_id", unique: true);
        }
    }
}
