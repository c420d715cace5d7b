using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Annotation.Domain.Data.Migrations
{
    /// <inheritdoc />
    public partial class MoreRewardModels : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<Guid[]>(
                name: "more_reward_model_ids",
                table: "runs",
                type: "uuid[]",
                nullable: false,
                defaultValueSql: "'{}'"
            );
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(name: "more_reward_model_ids", table: "runs");
        }
    }
}
