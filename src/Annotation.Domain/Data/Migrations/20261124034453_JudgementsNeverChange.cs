using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Annotation.Domain.Data.Migrations
{
    /// <inheritdoc />
    public partial class JudgementsNeverChange : Migration
    {
        private static readonly string[] AppendOnly =
        [
            "answers",
            "rankings",
            "ranking_items",
            "demonstrations",
            "preference_sets",
            "preference_set_items",
            "promotions",
            "audit_events",
        ];

        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(name: "ix_rankings_answer_id", table: "rankings");

            migrationBuilder.AddColumn<Guid>(name: "answer_id", table: "demonstrations", type: "uuid", nullable: true);

            migrationBuilder.CreateIndex(name: "ix_rankings_answer_id", table: "rankings", column: "answer_id", unique: true);

            migrationBuilder.CreateIndex(name: "ix_demonstrations_answer_id", table: "demonstrations", column: "answer_id", unique: true);

            migrationBuilder.AddForeignKey(
                name: "fk_demonstrations_answer_id",
                table: "demonstrations",
                column: "answer_id",
                principalTable: "answers",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict
            );

            // What people judged and what was frozen of it is history: whatever program tries, a row stays as written.
            migrationBuilder.Sql(
                """
                create function refuse_change() returns trigger language plpgsql as $$
                begin
                    raise exception 'rows of % are never changed; insert one that supersedes', tg_table_name;
                end $$;
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
            migrationBuilder.Sql("drop function refuse_change() cascade;");

            migrationBuilder.DropForeignKey(name: "fk_demonstrations_answer_id", table: "demonstrations");

            migrationBuilder.DropIndex(name: "ix_rankings_answer_id", table: "rankings");

            migrationBuilder.DropIndex(name: "ix_demonstrations_answer_id", table: "demonstrations");

            migrationBuilder.DropColumn(name: "answer_id", table: "demonstrations");

            migrationBuilder.CreateIndex(name: "ix_rankings_answer_id", table: "rankings", column: "answer_id");
        }
    }
}
