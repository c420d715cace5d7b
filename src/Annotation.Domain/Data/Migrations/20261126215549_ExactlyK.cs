using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Annotation.Domain.Data.Migrations
{
    /// <inheritdoc />
    public partial class ExactlyK : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(name: "ix_labeling_tasks_priority_id", table: "labeling_tasks");

            migrationBuilder.DropIndex(name: "ix_labeling_tasks_project_id_priority_id", table: "labeling_tasks");

            migrationBuilder.AddColumn<double>(
                name: "agreement_threshold",
                table: "projects",
                type: "double precision",
                nullable: false,
                defaultValue: 0.75
            );

            migrationBuilder.AddColumn<int>(name: "judgements_cap", table: "projects", type: "integer", nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "random_arm_share",
                table: "projects",
                type: "double precision",
                nullable: false,
                defaultValue: 0.10000000000000001
            );

            migrationBuilder.AddColumn<string>(
                name: "skip_policy",
                table: "projects",
                type: "character varying(20)",
                maxLength: 20,
                nullable: false,
                defaultValue: "others"
            );

            migrationBuilder.AddColumn<int>(name: "tasks_per_person", table: "projects", type: "integer", nullable: true);

            migrationBuilder.AddColumn<int>(name: "tasks_per_person_per_day", table: "projects", type: "integer", nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "arm",
                table: "labeling_tasks",
                type: "character varying(20)",
                maxLength: 20,
                nullable: false,
                defaultValue: "adaptive"
            );

            migrationBuilder.AddColumn<Guid>(name: "assigned_person_id", table: "labeling_tasks", type: "uuid", nullable: true);

            migrationBuilder.AddColumn<Guid>(name: "assigned_team_id", table: "labeling_tasks", type: "uuid", nullable: true);

            migrationBuilder.AddColumn<int>(name: "closed_judgements", table: "labeling_tasks", type: "integer", nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "judgements_cap",
                table: "labeling_tasks",
                type: "integer",
                nullable: false,
                defaultValue: 0
            );

            migrationBuilder.AddColumn<string>(
                name: "language",
                table: "labeling_tasks",
                type: "character varying(20)",
                maxLength: 20,
                nullable: false,
                defaultValue: ""
            );

            migrationBuilder.AddColumn<int>(
                name: "lease_count",
                table: "labeling_tasks",
                type: "integer",
                nullable: false,
                defaultValue: 0
            );

            migrationBuilder.AddColumn<double>(
                name: "random_arm_share",
                table: "labeling_tasks",
                type: "double precision",
                nullable: false,
                defaultValue: 0.0
            );

            migrationBuilder.AddColumn<Guid>(
                name: "project_id",
                table: "assignments",
                type: "uuid",
                nullable: false,
                defaultValue: new Guid("00000000-0000-0000-0000-000000000000")
            );

            // What was handed out and judged before this migration, counted on the tasks.
            migrationBuilder.Sql(
                """
                update assignments a set project_id = t.project_id from labeling_tasks t where t.id = a.task_id;
                update labeling_tasks t set
                    judgements_cap = t.judgements_wanted,
                    closed_judgements = case when t.closed_at is not null then t.judgement_count end,
                    language = coalesce((select split_part(lower(p.language), '-', 1) from prompts p where p.id = t.prompt_id), '');
                -- A lease that was let run out beyond the places that there are is over.
                update assignments a set state = 'expired', ended_at = now()
                from labeling_tasks t,
                     (select id, row_number() over (partition by task_id order by lease_until desc) as place from assignments where state = 'active') held
                where held.id = a.id and t.id = a.task_id and t.judgement_count + held.place > t.judgements_wanted;
                update labeling_tasks t set lease_count = held.count
                from (select task_id, count(*) from assignments where state = 'active' group by task_id) held
                where held.task_id = t.id;
                -- Room in each page for the next version of a row keeps updates of the counts out of the indexes.
                alter table labeling_tasks set (fillfactor = 80);
                """
            );

            migrationBuilder.AddColumn<Guid>(
                name: "lane",
                table: "labeling_tasks",
                type: "uuid",
                nullable: false,
                computedColumnSql: "coalesce(assigned_person_id, assigned_team_id, '00000000-0000-0000-0000-000000000000'::uuid)",
                stored: true
            );

            migrationBuilder.AddColumn<bool>(
                name: "open",
                table: "labeling_tasks",
                type: "boolean",
                nullable: false,
                computedColumnSql: "closed_at is null and judgement_count + lease_count < judgements_wanted",
                stored: true
            );

            migrationBuilder.CreateTable(
                name: "late_submissions",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    project_id = table.Column<Guid>(type: "uuid", nullable: false),
                    task_id = table.Column<Guid>(type: "uuid", nullable: false),
                    assignment_id = table.Column<Guid>(type: "uuid", nullable: false),
                    person_id = table.Column<Guid>(type: "uuid", nullable: false),
                    submission_key = table.Column<Guid>(type: "uuid", nullable: false),
                    lease_version = table.Column<int>(type: "integer", nullable: false),
                    answers = table.Column<string>(type: "jsonb", nullable: false),
                    active_milliseconds = table.Column<int>(type: "integer", nullable: true),
                    received_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_late_submissions", x => x.id);
                    table.ForeignKey(
                        name: "fk_late_submissions_assignment_id",
                        column: x => x.assignment_id,
                        principalTable: "assignments",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_late_submissions_person_id",
                        column: x => x.person_id,
                        principalTable: "people",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_late_submissions_project_id",
                        column: x => x.project_id,
                        principalTable: "projects",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_late_submissions_task_id",
                        column: x => x.task_id,
                        principalTable: "labeling_tasks",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "teams",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_teams", x => x.id);
                }
            );

            migrationBuilder.CreateTable(
                name: "team_members",
                columns: table => new
                {
                    team_id = table.Column<Guid>(type: "uuid", nullable: false),
                    person_id = table.Column<Guid>(type: "uuid", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_team_members", x => new { x.team_id, x.person_id });
                    table.ForeignKey(
                        name: "fk_team_members_person_id",
                        column: x => x.person_id,
                        principalTable: "people",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_team_members_team_id",
                        column: x => x.team_id,
                        principalTable: "teams",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateIndex(
                name: "ix_labeling_tasks_assigned_person_id",
                table: "labeling_tasks",
                column: "assigned_person_id",
                filter: "assigned_person_id is not null"
            );

            migrationBuilder.CreateIndex(
                name: "ix_labeling_tasks_assigned_team_id",
                table: "labeling_tasks",
                column: "assigned_team_id",
                filter: "assigned_team_id is not null"
            );

            migrationBuilder.CreateIndex(
                name: "ix_labeling_tasks_not_closed",
                table: "labeling_tasks",
                column: "project_id",
                filter: "closed_at is null"
            );

            migrationBuilder.CreateIndex(
                name: "ix_labeling_tasks_project_id_lane_language_priority_id",
                table: "labeling_tasks",
                columns: new[] { "project_id", "lane", "language", "priority", "id" },
                descending: new[] { false, false, false, true, false },
                filter: "open"
            );

            migrationBuilder.CreateIndex(
                name: "ix_labeling_tasks_project_id_lane_priority_id",
                table: "labeling_tasks",
                columns: new[] { "project_id", "lane", "priority", "id" },
                descending: new[] { false, false, true, false },
                filter: "open"
            );

            migrationBuilder.AddCheckConstraint(
                name: "ck_labeling_tasks_cap",
                table: "labeling_tasks",
                sql: "judgements_wanted between 1 and judgements_cap"
            );

            migrationBuilder.AddCheckConstraint(
                name: "ck_labeling_tasks_closed",
                table: "labeling_tasks",
                sql: "(closed_at is null) = (judgement_count < judgements_wanted) and closed_judgements is not distinct from case when closed_at is not null then judgement_count end"
            );

            migrationBuilder.AddCheckConstraint(
                name: "ck_labeling_tasks_places",
                table: "labeling_tasks",
                sql: "judgement_count >= 0 and lease_count >= 0 and judgement_count + lease_count <= judgements_wanted"
            );

            migrationBuilder.CreateIndex(
                name: "ix_assignments_active_lease_until",
                table: "assignments",
                column: "lease_until",
                filter: "state = 'active'"
            );

            migrationBuilder.CreateIndex(name: "ix_late_submissions_assignment_id", table: "late_submissions", column: "assignment_id");

            migrationBuilder.CreateIndex(name: "ix_late_submissions_person_id", table: "late_submissions", column: "person_id");

            migrationBuilder.CreateIndex(
                name: "ix_late_submissions_project_id_id",
                table: "late_submissions",
                columns: new[] { "project_id", "id" }
            );

            migrationBuilder.CreateIndex(
                name: "ix_late_submissions_submission_key",
                table: "late_submissions",
                column: "submission_key",
                unique: true
            );

            migrationBuilder.CreateIndex(name: "ix_late_submissions_task_id", table: "late_submissions", column: "task_id");

            migrationBuilder.CreateIndex(name: "ix_team_members_person_id", table: "team_members", column: "person_id");

            migrationBuilder.CreateIndex(name: "ix_teams_name", table: "teams", column: "name", unique: true);

            migrationBuilder.AddForeignKey(
                name: "fk_labeling_tasks_assigned_person_id",
                table: "labeling_tasks",
                column: "assigned_person_id",
                principalTable: "people",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict
            );

            migrationBuilder.AddForeignKey(
                name: "fk_labeling_tasks_assigned_team_id",
                table: "labeling_tasks",
                column: "assigned_team_id",
                principalTable: "teams",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict
            );

            migrationBuilder.Sql(
                """
                create trigger never_changed before update on late_submissions for each row execute function refuse_change();
                create function copy_prompt_language() returns trigger language plpgsql as $$
                begin
                    new.language := coalesce((select split_part(lower(p.language), '-', 1) from prompts p where p.id = new.prompt_id), '');
                    return new;
                end $$;
                create trigger prompt_language before insert on labeling_tasks for each row execute function copy_prompt_language();
                create function pass_prompt_language_on() returns trigger language plpgsql as $$
                begin
                    update labeling_tasks set language = coalesce(split_part(lower(new.language), '-', 1), '') where prompt_id = new.id;
                    return null;
                end $$;
                create trigger prompt_language after update of language on prompts for each row
                    when (old.language is distinct from new.language) execute function pass_prompt_language_on();
                """
            );
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("drop function copy_prompt_language() cascade; drop function pass_prompt_language_on() cascade;");

            migrationBuilder.DropForeignKey(name: "fk_labeling_tasks_assigned_person_id", table: "labeling_tasks");

            migrationBuilder.DropForeignKey(name: "fk_labeling_tasks_assigned_team_id", table: "labeling_tasks");

            migrationBuilder.DropTable(name: "late_submissions");

            migrationBuilder.DropTable(name: "team_members");

            migrationBuilder.DropTable(name: "teams");

            migrationBuilder.DropIndex(name: "ix_labeling_tasks_assigned_person_id", table: "labeling_tasks");

            migrationBuilder.DropIndex(name: "ix_labeling_tasks_assigned_team_id", table: "labeling_tasks");

            migrationBuilder.DropIndex(name: "ix_labeling_tasks_not_closed", table: "labeling_tasks");

            migrationBuilder.DropIndex(name: "ix_labeling_tasks_project_id_lane_language_priority_id", table: "labeling_tasks");

            migrationBuilder.DropIndex(name: "ix_labeling_tasks_project_id_lane_priority_id", table: "labeling_tasks");

            migrationBuilder.DropCheckConstraint(name: "ck_labeling_tasks_cap", table: "labeling_tasks");

            migrationBuilder.DropCheckConstraint(name: "ck_labeling_tasks_closed", table: "labeling_tasks");

            migrationBuilder.DropCheckConstraint(name: "ck_labeling_tasks_places", table: "labeling_tasks");

            migrationBuilder.DropIndex(name: "ix_assignments_active_lease_until", table: "assignments");

            migrationBuilder.DropColumn(name: "lane", table: "labeling_tasks");

            migrationBuilder.DropColumn(name: "open", table: "labeling_tasks");

            migrationBuilder.DropColumn(name: "agreement_threshold", table: "projects");

            migrationBuilder.DropColumn(name: "judgements_cap", table: "projects");

            migrationBuilder.DropColumn(name: "random_arm_share", table: "projects");

            migrationBuilder.DropColumn(name: "skip_policy", table: "projects");

            migrationBuilder.DropColumn(name: "tasks_per_person", table: "projects");

            migrationBuilder.DropColumn(name: "tasks_per_person_per_day", table: "projects");

            migrationBuilder.DropColumn(name: "arm", table: "labeling_tasks");

            migrationBuilder.DropColumn(name: "assigned_person_id", table: "labeling_tasks");

            migrationBuilder.DropColumn(name: "assigned_team_id", table: "labeling_tasks");

            migrationBuilder.DropColumn(name: "closed_judgements", table: "labeling_tasks");

            migrationBuilder.DropColumn(name: "judgements_cap", table: "labeling_tasks");

            migrationBuilder.DropColumn(name: "language", table: "labeling_tasks");

            migrationBuilder.DropColumn(name: "lease_count", table: "labeling_tasks");

            migrationBuilder.DropColumn(name: "random_arm_share", table: "labeling_tasks");

            migrationBuilder.DropColumn(name: "project_id", table: "assignments");

            migrationBuilder.CreateIndex(
                name: "ix_labeling_tasks_priority_id",
                table: "labeling_tasks",
                columns: new[] { "priority", "id" },
                descending: new[] { true, false },
                filter: "closed_at is null"
            );

            migrationBuilder.CreateIndex(
                name: "ix_labeling_tasks_project_id_priority_id",
                table: "labeling_tasks",
                columns: new[] { "project_id", "priority", "id" },
                descending: new[] { false, true, false },
                filter: "closed_at is null"
            );
        }
    }
}
