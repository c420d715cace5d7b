using System;
using System.Collections.Generic;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Annotation.Domain.Data.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "artifacts",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    path = table.Column<string>(type: "text", nullable: false),
                    sha256 = table.Column<string>(type: "character(64)", fixedLength: true, maxLength: 64, nullable: false),
                    byte_count = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_artifacts", x => x.id);
                }
            );

            migrationBuilder.CreateTable(
                name: "data_protection_keys",
                columns: table => new
                {
                    id = table
                        .Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    friendly_name = table.Column<string>(type: "text", nullable: true),
                    xml = table.Column<string>(type: "text", nullable: true),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_data_protection_keys", x => x.id);
                }
            );

            migrationBuilder.CreateTable(
                name: "people",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    display_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    disabled_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    user_name = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true),
                    normalized_user_name = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true),
                    email = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true),
                    normalized_email = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true),
                    email_confirmed = table.Column<bool>(type: "boolean", nullable: false),
                    password_hash = table.Column<string>(type: "text", nullable: true),
                    security_stamp = table.Column<string>(type: "text", nullable: true),
                    concurrency_stamp = table.Column<string>(type: "text", nullable: true),
                    phone_number = table.Column<string>(type: "text", nullable: true),
                    phone_number_confirmed = table.Column<bool>(type: "boolean", nullable: false),
                    two_factor_enabled = table.Column<bool>(type: "boolean", nullable: false),
                    lockout_end = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    lockout_enabled = table.Column<bool>(type: "boolean", nullable: false),
                    access_failed_count = table.Column<int>(type: "integer", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_people", x => x.id);
                }
            );

            migrationBuilder.CreateTable(
                name: "roles",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true),
                    normalized_name = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true),
                    concurrency_stamp = table.Column<string>(type: "text", nullable: true),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_roles", x => x.id);
                }
            );

            migrationBuilder.CreateTable(
                name: "api_tokens",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    person_id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    secret_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    last_used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    revoked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_api_tokens", x => x.id);
                    table.ForeignKey(
                        name: "fk_api_tokens_person_id",
                        column: x => x.person_id,
                        principalTable: "people",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "audit_events",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    person_id = table.Column<Guid>(type: "uuid", nullable: true),
                    action = table.Column<string>(type: "text", nullable: false),
                    subject = table.Column<string>(type: "text", nullable: false),
                    details = table.Column<string>(type: "jsonb", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_events", x => x.id);
                    table.ForeignKey(
                        name: "fk_audit_events_person_id",
                        column: x => x.person_id,
                        principalTable: "people",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "person_claims",
                columns: table => new
                {
                    id = table
                        .Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    user_id = table.Column<Guid>(type: "uuid", nullable: false),
                    claim_type = table.Column<string>(type: "text", nullable: true),
                    claim_value = table.Column<string>(type: "text", nullable: true),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_person_claims", x => x.id);
                    table.ForeignKey(
                        name: "fk_person_claims_user_id",
                        column: x => x.user_id,
                        principalTable: "people",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "person_logins",
                columns: table => new
                {
                    login_provider = table.Column<string>(type: "text", nullable: false),
                    provider_key = table.Column<string>(type: "text", nullable: false),
                    provider_display_name = table.Column<string>(type: "text", nullable: true),
                    user_id = table.Column<Guid>(type: "uuid", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_person_logins", x => new { x.login_provider, x.provider_key });
                    table.ForeignKey(
                        name: "fk_person_logins_user_id",
                        column: x => x.user_id,
                        principalTable: "people",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "person_tokens",
                columns: table => new
                {
                    user_id = table.Column<Guid>(type: "uuid", nullable: false),
                    login_provider = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    value = table.Column<string>(type: "text", nullable: true),
                },
                constraints: table =>
                {
                    table.PrimaryKey(
                        "pk_person_tokens",
                        x => new
                        {
                            x.user_id,
                            x.login_provider,
                            x.name,
                        }
                    );
                    table.ForeignKey(
                        name: "fk_person_tokens_user_id",
                        column: x => x.user_id,
                        principalTable: "people",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "person_roles",
                columns: table => new
                {
                    user_id = table.Column<Guid>(type: "uuid", nullable: false),
                    role_id = table.Column<Guid>(type: "uuid", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_person_roles", x => new { x.user_id, x.role_id });
                    table.ForeignKey(
                        name: "fk_person_roles_role_id",
                        column: x => x.role_id,
                        principalTable: "roles",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade
                    );
                    table.ForeignKey(
                        name: "fk_person_roles_user_id",
                        column: x => x.user_id,
                        principalTable: "people",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "role_claims",
                columns: table => new
                {
                    id = table
                        .Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    role_id = table.Column<Guid>(type: "uuid", nullable: false),
                    claim_type = table.Column<string>(type: "text", nullable: true),
                    claim_value = table.Column<string>(type: "text", nullable: true),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_role_claims", x => x.id);
                    table.ForeignKey(
                        name: "fk_role_claims_role_id",
                        column: x => x.role_id,
                        principalTable: "roles",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "answers",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    assignment_id = table.Column<Guid>(type: "uuid", nullable: false),
                    task_id = table.Column<Guid>(type: "uuid", nullable: false),
                    person_id = table.Column<Guid>(type: "uuid", nullable: false),
                    question_key = table.Column<string>(type: "text", nullable: false),
                    value = table.Column<string>(type: "jsonb", nullable: false),
                    submission_key = table.Column<Guid>(type: "uuid", nullable: false),
                    active_milliseconds = table.Column<int>(type: "integer", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    supersedes_id = table.Column<Guid>(type: "uuid", nullable: true),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_answers", x => x.id);
                    table.ForeignKey(
                        name: "fk_answers_person_id",
                        column: x => x.person_id,
                        principalTable: "people",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_answers_supersedes_id",
                        column: x => x.supersedes_id,
                        principalTable: "answers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "assignments",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    task_id = table.Column<Guid>(type: "uuid", nullable: false),
                    person_id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    lease_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    shown_order = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    skip_reason = table.Column<string>(type: "text", nullable: true),
                    claimed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    guideline_version = table.Column<int>(type: "integer", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_assignments", x => x.id);
                    table.ForeignKey(
                        name: "fk_assignments_person_id",
                        column: x => x.person_id,
                        principalTable: "people",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "completions",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    prompt_id = table.Column<Guid>(type: "uuid", nullable: false),
                    text = table.Column<string>(type: "text", nullable: false),
                    text_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    model_id = table.Column<Guid>(type: "uuid", nullable: true),
                    model_name = table.Column<string>(type: "text", nullable: true),
                    run_id = table.Column<Guid>(type: "uuid", nullable: true),
                    person_id = table.Column<Guid>(type: "uuid", nullable: true),
                    sampling_settings = table.Column<string>(type: "jsonb", nullable: true),
                    seed = table.Column<long>(type: "bigint", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_completions", x => x.id);
                    table.ForeignKey(
                        name: "fk_completions_person_id",
                        column: x => x.person_id,
                        principalTable: "people",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "criteria",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    project_id = table.Column<Guid>(type: "uuid", nullable: false),
                    key = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    guideline = table.Column<string>(type: "text", nullable: false),
                    weight = table.Column<double>(type: "double precision", nullable: false),
                    position = table.Column<int>(type: "integer", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_criteria", x => x.id);
                }
            );

            migrationBuilder.CreateTable(
                name: "demonstrations",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    project_id = table.Column<Guid>(type: "uuid", nullable: false),
                    prompt_id = table.Column<Guid>(type: "uuid", nullable: false),
                    completion_id = table.Column<Guid>(type: "uuid", nullable: false),
                    person_id = table.Column<Guid>(type: "uuid", nullable: true),
                    source = table.Column<string>(type: "text", nullable: false),
                    supersedes_id = table.Column<Guid>(type: "uuid", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_demonstrations", x => x.id);
                    table.ForeignKey(
                        name: "fk_demonstrations_completion_id",
                        column: x => x.completion_id,
                        principalTable: "completions",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_demonstrations_person_id",
                        column: x => x.person_id,
                        principalTable: "people",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_demonstrations_supersedes_id",
                        column: x => x.supersedes_id,
                        principalTable: "demonstrations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "labeling_task_completions",
                columns: table => new
                {
                    task_id = table.Column<Guid>(type: "uuid", nullable: false),
                    completion_id = table.Column<Guid>(type: "uuid", nullable: false),
                    position = table.Column<int>(type: "integer", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_labeling_task_completions", x => new { x.task_id, x.completion_id });
                    table.ForeignKey(
                        name: "fk_labeling_task_completions_completion_id",
                        column: x => x.completion_id,
                        principalTable: "completions",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "labeling_tasks",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    project_id = table.Column<Guid>(type: "uuid", nullable: false),
                    prompt_id = table.Column<Guid>(type: "uuid", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    priority = table.Column<int>(type: "integer", nullable: false),
                    judgements_wanted = table.Column<int>(type: "integer", nullable: false),
                    judgement_count = table.Column<int>(type: "integer", nullable: false),
                    model_id = table.Column<Guid>(type: "uuid", nullable: true),
                    run_id = table.Column<Guid>(type: "uuid", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    closed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_labeling_tasks", x => x.id);
                }
            );

            migrationBuilder.CreateTable(
                name: "models",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    architecture = table.Column<string>(type: "text", nullable: false),
                    parameter_count = table.Column<long>(type: "bigint", nullable: false),
                    artifact_id = table.Column<Guid>(type: "uuid", nullable: false),
                    base_model_id = table.Column<Guid>(type: "uuid", nullable: true),
                    run_id = table.Column<Guid>(type: "uuid", nullable: true),
                    preference_set_id = table.Column<Guid>(type: "uuid", nullable: true),
                    criteria = table.Column<List<string>>(type: "text[]", nullable: true),
                    details = table.Column<string>(type: "jsonb", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_models", x => x.id);
                    table.ForeignKey(
                        name: "fk_models_artifact_id",
                        column: x => x.artifact_id,
                        principalTable: "artifacts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_models_base_model_id",
                        column: x => x.base_model_id,
                        principalTable: "models",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "projects",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    description = table.Column<string>(type: "text", nullable: false),
                    guideline = table.Column<string>(type: "text", nullable: false),
                    guideline_version = table.Column<int>(type: "integer", nullable: false),
                    completions_per_task = table.Column<int>(type: "integer", nullable: false),
                    judgements_per_task = table.Column<int>(type: "integer", nullable: false),
                    max_new_tokens = table.Column<int>(type: "integer", nullable: false),
                    temperature = table.Column<double>(type: "double precision", nullable: false),
                    promoted_model_id = table.Column<Guid>(type: "uuid", nullable: true),
                    is_demo = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_projects", x => x.id);
                    table.ForeignKey(
                        name: "fk_projects_promoted_model_id",
                        column: x => x.promoted_model_id,
                        principalTable: "models",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "preference_sets",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    project_id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    content_hash = table.Column<string>(type: "character(64)", fixedLength: true, maxLength: 64, nullable: false),
                    criteria = table.Column<List<string>>(type: "text[]", nullable: false),
                    ranking_count = table.Column<int>(type: "integer", nullable: false),
                    prompt_count = table.Column<int>(type: "integer", nullable: false),
                    train_count = table.Column<int>(type: "integer", nullable: false),
                    validation_count = table.Column<int>(type: "integer", nullable: false),
                    test_count = table.Column<int>(type: "integer", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_preference_sets", x => x.id);
                    table.ForeignKey(
                        name: "fk_preference_sets_project_id",
                        column: x => x.project_id,
                        principalTable: "projects",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "promotions",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    project_id = table.Column<Guid>(type: "uuid", nullable: false),
                    model_id = table.Column<Guid>(type: "uuid", nullable: false),
                    person_id = table.Column<Guid>(type: "uuid", nullable: true),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_promotions", x => x.id);
                    table.ForeignKey(
                        name: "fk_promotions_model_id",
                        column: x => x.model_id,
                        principalTable: "models",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_promotions_person_id",
                        column: x => x.person_id,
                        principalTable: "people",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_promotions_project_id",
                        column: x => x.project_id,
                        principalTable: "projects",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "prompts",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    project_id = table.Column<Guid>(type: "uuid", nullable: false),
                    messages = table.Column<string>(type: "jsonb", nullable: false),
                    text_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    split = table.Column<string>(type: "text", nullable: false),
                    source = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_prompts", x => x.id);
                    table.ForeignKey(
                        name: "fk_prompts_project_id",
                        column: x => x.project_id,
                        principalTable: "projects",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "runs",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    project_id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    settings = table.Column<string>(type: "jsonb", nullable: false),
                    seed = table.Column<long>(type: "bigint", nullable: false),
                    base_model_id = table.Column<Guid>(type: "uuid", nullable: true),
                    reward_model_id = table.Column<Guid>(type: "uuid", nullable: true),
                    preference_set_id = table.Column<Guid>(type: "uuid", nullable: true),
                    output_name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    output_model_id = table.Column<Guid>(type: "uuid", nullable: true),
                    device = table.Column<string>(type: "text", nullable: false),
                    epoch = table.Column<int>(type: "integer", nullable: false),
                    worker = table.Column<string>(type: "text", nullable: true),
                    heartbeat_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    cancel_requested_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    pause_requested_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    step = table.Column<int>(type: "integer", nullable: false),
                    total_steps = table.Column<int>(type: "integer", nullable: false),
                    error = table.Column<string>(type: "text", nullable: true),
                    result = table.Column<string>(type: "jsonb", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_runs", x => x.id);
                    table.ForeignKey(
                        name: "fk_runs_base_model_id",
                        column: x => x.base_model_id,
                        principalTable: "models",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_runs_output_model_id",
                        column: x => x.output_model_id,
                        principalTable: "models",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_runs_preference_set_id",
                        column: x => x.preference_set_id,
                        principalTable: "preference_sets",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_runs_project_id",
                        column: x => x.project_id,
                        principalTable: "projects",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_runs_reward_model_id",
                        column: x => x.reward_model_id,
                        principalTable: "models",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "rankings",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    project_id = table.Column<Guid>(type: "uuid", nullable: false),
                    prompt_id = table.Column<Guid>(type: "uuid", nullable: false),
                    criterion = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    labeler_id = table.Column<Guid>(type: "uuid", nullable: true),
                    labeler_name = table.Column<string>(type: "text", nullable: true),
                    answer_id = table.Column<Guid>(type: "uuid", nullable: true),
                    source = table.Column<string>(type: "text", nullable: false),
                    content_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    supersedes_id = table.Column<Guid>(type: "uuid", nullable: true),
                    judged_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    active_milliseconds = table.Column<int>(type: "integer", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_rankings", x => x.id);
                    table.ForeignKey(
                        name: "fk_rankings_answer_id",
                        column: x => x.answer_id,
                        principalTable: "answers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_rankings_labeler_id",
                        column: x => x.labeler_id,
                        principalTable: "people",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_rankings_project_id",
                        column: x => x.project_id,
                        principalTable: "projects",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_rankings_prompt_id",
                        column: x => x.prompt_id,
                        principalTable: "prompts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_rankings_supersedes_id",
                        column: x => x.supersedes_id,
                        principalTable: "rankings",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "run_metrics",
                columns: table => new
                {
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    step = table.Column<int>(type: "integer", nullable: false),
                    name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    value = table.Column<double>(type: "double precision", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey(
                        "pk_run_metrics",
                        x => new
                        {
                            x.run_id,
                            x.step,
                            x.name,
                        }
                    );
                    table.ForeignKey(
                        name: "fk_run_metrics_run_id",
                        column: x => x.run_id,
                        principalTable: "runs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "run_prompts",
                columns: table => new
                {
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    prompt_id = table.Column<Guid>(type: "uuid", nullable: false),
                    use = table.Column<string>(type: "text", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey(
                        "pk_run_prompts",
                        x => new
                        {
                            x.run_id,
                            x.prompt_id,
                            x.use,
                        }
                    );
                    table.ForeignKey(
                        name: "fk_run_prompts_prompt_id",
                        column: x => x.prompt_id,
                        principalTable: "prompts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_run_prompts_run_id",
                        column: x => x.run_id,
                        principalTable: "runs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "run_samples",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    step = table.Column<int>(type: "integer", nullable: false),
                    prompt = table.Column<string>(type: "text", nullable: false),
                    completion = table.Column<string>(type: "text", nullable: false),
                    score = table.Column<double>(type: "double precision", nullable: true),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_run_samples", x => x.id);
                    table.ForeignKey(
                        name: "fk_run_samples_run_id",
                        column: x => x.run_id,
                        principalTable: "runs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "worker_nodes",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    device = table.Column<string>(type: "text", nullable: false),
                    queues = table.Column<List<string>>(type: "text[]", nullable: false),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    heartbeat_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    current_run_id = table.Column<Guid>(type: "uuid", nullable: true),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_worker_nodes", x => x.id);
                    table.ForeignKey(
                        name: "fk_worker_nodes_current_run_id",
                        column: x => x.current_run_id,
                        principalTable: "runs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "preference_set_items",
                columns: table => new
                {
                    set_id = table.Column<Guid>(type: "uuid", nullable: false),
                    ranking_id = table.Column<Guid>(type: "uuid", nullable: false),
                    split = table.Column<string>(type: "text", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_preference_set_items", x => new { x.set_id, x.ranking_id });
                    table.ForeignKey(
                        name: "fk_preference_set_items_ranking_id",
                        column: x => x.ranking_id,
                        principalTable: "rankings",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_preference_set_items_set_id",
                        column: x => x.set_id,
                        principalTable: "preference_sets",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "ranking_items",
                columns: table => new
                {
                    ranking_id = table.Column<Guid>(type: "uuid", nullable: false),
                    completion_id = table.Column<Guid>(type: "uuid", nullable: false),
                    rank = table.Column<int>(type: "integer", nullable: false),
                    shown_position = table.Column<int>(type: "integer", nullable: true),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_ranking_items", x => new { x.ranking_id, x.completion_id });
                    table.ForeignKey(
                        name: "fk_ranking_items_completion_id",
                        column: x => x.completion_id,
                        principalTable: "completions",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                    table.ForeignKey(
                        name: "fk_ranking_items_ranking_id",
                        column: x => x.ranking_id,
                        principalTable: "rankings",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict
                    );
                }
            );

            migrationBuilder.CreateIndex(name: "ix_answers_assignment_id", table: "answers", column: "assignment_id");

            migrationBuilder.CreateIndex(name: "ix_answers_person_id", table: "answers", column: "person_id");

            migrationBuilder.CreateIndex(
                name: "ix_answers_submission_key_question_key",
                table: "answers",
                columns: new[] { "submission_key", "question_key" },
                unique: true
            );

            migrationBuilder.CreateIndex(name: "ix_answers_supersedes_id", table: "answers", column: "supersedes_id", unique: true);

            migrationBuilder.CreateIndex(name: "ix_answers_task_id", table: "answers", column: "task_id");

            migrationBuilder.CreateIndex(name: "ix_api_tokens_person_id", table: "api_tokens", column: "person_id");

            migrationBuilder.CreateIndex(name: "ix_artifacts_path", table: "artifacts", column: "path", unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_assignments_active_person",
                table: "assignments",
                column: "person_id",
                filter: "state = 'active'"
            );

            migrationBuilder.CreateIndex(
                name: "ix_assignments_person_id_ended_at",
                table: "assignments",
                columns: new[] { "person_id", "ended_at" }
            );

            migrationBuilder.CreateIndex(
                name: "ix_assignments_task_id_person_id",
                table: "assignments",
                columns: new[] { "task_id", "person_id" },
                unique: true
            );

            migrationBuilder.CreateIndex(name: "ix_audit_events_at", table: "audit_events", column: "at");

            migrationBuilder.CreateIndex(name: "ix_audit_events_person_id", table: "audit_events", column: "person_id");

            migrationBuilder.CreateIndex(name: "ix_completions_model_id", table: "completions", column: "model_id");

            migrationBuilder.CreateIndex(name: "ix_completions_person_id", table: "completions", column: "person_id");

            migrationBuilder
                .CreateIndex(
                    name: "ix_completions_prompt_id_text_hash_model_id_model_name_person_i",
                    table: "completions",
                    columns: new[] { "prompt_id", "text_hash", "model_id", "model_name", "person_id" },
                    unique: true
                )
                .Annotation("Npgsql:NullsDistinct", false);

            migrationBuilder.CreateIndex(name: "ix_completions_run_id", table: "completions", column: "run_id");

            migrationBuilder.CreateIndex(
                name: "ix_criteria_project_id_key",
                table: "criteria",
                columns: new[] { "project_id", "key" },
                unique: true
            );

            migrationBuilder.CreateIndex(name: "ix_demonstrations_completion_id", table: "demonstrations", column: "completion_id");

            migrationBuilder.CreateIndex(name: "ix_demonstrations_person_id", table: "demonstrations", column: "person_id");

            migrationBuilder.CreateIndex(name: "ix_demonstrations_project_id", table: "demonstrations", column: "project_id");

            migrationBuilder.CreateIndex(name: "ix_demonstrations_prompt_id", table: "demonstrations", column: "prompt_id");

            migrationBuilder.CreateIndex(
                name: "ix_demonstrations_supersedes_id",
                table: "demonstrations",
                column: "supersedes_id",
                unique: true
            );

            migrationBuilder.CreateIndex(
                name: "ix_labeling_task_completions_completion_id",
                table: "labeling_task_completions",
                column: "completion_id"
            );

            migrationBuilder.CreateIndex(name: "ix_labeling_tasks_model_id", table: "labeling_tasks", column: "model_id");

            migrationBuilder.CreateIndex(
                name: "ix_labeling_tasks_project_id_priority_id",
                table: "labeling_tasks",
                columns: new[] { "project_id", "priority", "id" },
                descending: new[] { false, true, false },
                filter: "closed_at is null"
            );

            migrationBuilder.CreateIndex(name: "ix_labeling_tasks_prompt_id", table: "labeling_tasks", column: "prompt_id");

            migrationBuilder.CreateIndex(
                name: "ix_labeling_tasks_run_id_prompt_id",
                table: "labeling_tasks",
                columns: new[] { "run_id", "prompt_id" },
                unique: true,
                filter: "run_id is not null"
            );

            migrationBuilder.CreateIndex(name: "ix_models_artifact_id", table: "models", column: "artifact_id");

            migrationBuilder.CreateIndex(name: "ix_models_base_model_id", table: "models", column: "base_model_id");

            migrationBuilder.CreateIndex(name: "ix_models_name", table: "models", column: "name", unique: true);

            migrationBuilder.CreateIndex(name: "ix_models_preference_set_id", table: "models", column: "preference_set_id");

            migrationBuilder.CreateIndex(name: "ix_models_run_id", table: "models", column: "run_id");

            migrationBuilder.CreateIndex(name: "ix_people_normalized_email", table: "people", column: "normalized_email");

            migrationBuilder.CreateIndex(
                name: "ix_people_normalized_user_name",
                table: "people",
                column: "normalized_user_name",
                unique: true
            );

            migrationBuilder.CreateIndex(name: "ix_person_claims_user_id", table: "person_claims", column: "user_id");

            migrationBuilder.CreateIndex(name: "ix_person_logins_user_id", table: "person_logins", column: "user_id");

            migrationBuilder.CreateIndex(name: "ix_person_roles_role_id", table: "person_roles", column: "role_id");

            migrationBuilder.CreateIndex(name: "ix_preference_set_items_ranking_id", table: "preference_set_items", column: "ranking_id");

            migrationBuilder.CreateIndex(
                name: "ix_preference_sets_project_id_content_hash",
                table: "preference_sets",
                columns: new[] { "project_id", "content_hash" },
                unique: true
            );

            migrationBuilder.CreateIndex(
                name: "ix_preference_sets_project_id_number",
                table: "preference_sets",
                columns: new[] { "project_id", "number" },
                unique: true
            );

            migrationBuilder.CreateIndex(name: "ix_projects_name", table: "projects", column: "name", unique: true);

            migrationBuilder.CreateIndex(name: "ix_projects_promoted_model_id", table: "projects", column: "promoted_model_id");

            migrationBuilder.CreateIndex(name: "ix_promotions_model_id", table: "promotions", column: "model_id");

            migrationBuilder.CreateIndex(name: "ix_promotions_person_id", table: "promotions", column: "person_id");

            migrationBuilder.CreateIndex(name: "ix_promotions_project_id_at", table: "promotions", columns: new[] { "project_id", "at" });

            migrationBuilder.CreateIndex(
                name: "ix_prompts_project_id_text_hash",
                table: "prompts",
                columns: new[] { "project_id", "text_hash" },
                unique: true
            );

            migrationBuilder.CreateIndex(name: "ix_prompts_text_hash", table: "prompts", column: "text_hash");

            migrationBuilder.CreateIndex(name: "ix_ranking_items_completion_id", table: "ranking_items", column: "completion_id");

            migrationBuilder.CreateIndex(name: "ix_rankings_answer_id", table: "rankings", column: "answer_id");

            migrationBuilder.CreateIndex(name: "ix_rankings_labeler_id", table: "rankings", column: "labeler_id");

            migrationBuilder.CreateIndex(
                name: "ix_rankings_project_id_content_hash",
                table: "rankings",
                columns: new[] { "project_id", "content_hash" },
                unique: true
            );

            migrationBuilder.CreateIndex(name: "ix_rankings_prompt_id", table: "rankings", column: "prompt_id");

            migrationBuilder.CreateIndex(name: "ix_rankings_supersedes_id", table: "rankings", column: "supersedes_id", unique: true);

            migrationBuilder.CreateIndex(name: "ix_role_claims_role_id", table: "role_claims", column: "role_id");

            migrationBuilder.CreateIndex(name: "ix_roles_normalized_name", table: "roles", column: "normalized_name", unique: true);

            migrationBuilder.CreateIndex(name: "ix_run_prompts_prompt_id", table: "run_prompts", column: "prompt_id");

            migrationBuilder.CreateIndex(name: "ix_run_samples_run_id_step", table: "run_samples", columns: new[] { "run_id", "step" });

            migrationBuilder.CreateIndex(name: "ix_runs_base_model_id", table: "runs", column: "base_model_id");

            migrationBuilder.CreateIndex(name: "ix_runs_output_model_id", table: "runs", column: "output_model_id");

            migrationBuilder.CreateIndex(
                name: "ix_runs_output_name",
                table: "runs",
                column: "output_name",
                unique: true,
                filter: "state in ('queued', 'running', 'paused')"
            );

            migrationBuilder.CreateIndex(name: "ix_runs_preference_set_id", table: "runs", column: "preference_set_id");

            migrationBuilder.CreateIndex(
                name: "ix_runs_project_id_number",
                table: "runs",
                columns: new[] { "project_id", "number" },
                unique: true
            );

            migrationBuilder.CreateIndex(name: "ix_runs_reward_model_id", table: "runs", column: "reward_model_id");

            migrationBuilder.CreateIndex(name: "ix_worker_nodes_current_run_id", table: "worker_nodes", column: "current_run_id");

            migrationBuilder.CreateIndex(name: "ix_worker_nodes_name", table: "worker_nodes", column: "name", unique: true);

            migrationBuilder.AddForeignKey(
                name: "fk_answers_assignment_id",
                table: "answers",
                column: "assignment_id",
                principalTable: "assignments",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict
            );

            migrationBuilder.AddForeignKey(
                name: "fk_answers_task_id",
                table: "answers",
                column: "task_id",
                principalTable: "labeling_tasks",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict
            );

            migrationBuilder.AddForeignKey(
                name: "fk_assignments_task_id",
                table: "assignments",
                column: "task_id",
                principalTable: "labeling_tasks",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict
            );

            migrationBuilder.AddForeignKey(
                name: "fk_completions_model_id",
                table: "completions",
                column: "model_id",
                principalTable: "models",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict
            );

            migrationBuilder.AddForeignKey(
                name: "fk_completions_prompt_id",
                table: "completions",
                column: "prompt_id",
                principalTable: "prompts",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict
            );

            migrationBuilder.AddForeignKey(
                name: "fk_completions_run_id",
                table: "completions",
                column: "run_id",
                principalTable: "runs",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict
            );

            migrationBuilder.AddForeignKey(
                name: "fk_criteria_project_id",
                table: "criteria",
                column: "project_id",
                principalTable: "projects",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict
            );

            migrationBuilder.AddForeignKey(
                name: "fk_demonstrations_project_id",
                table: "demonstrations",
                column: "project_id",
                principalTable: "projects",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict
            );

            migrationBuilder.AddForeignKey(
                name: "fk_demonstrations_prompt_id",
                table: "demonstrations",
                column: "prompt_id",
                principalTable: "prompts",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict
            );

            migrationBuilder.AddForeignKey(
                name: "fk_labeling_task_completions_task_id",
                table: "labeling_task_completions",
                column: "task_id",
                principalTable: "labeling_tasks",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict
            );

            migrationBuilder.AddForeignKey(
                name: "fk_labeling_tasks_model_id",
                table: "labeling_tasks",
                column: "model_id",
                principalTable: "models",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict
            );

            migrationBuilder.AddForeignKey(
                name: "fk_labeling_tasks_project_id",
                table: "labeling_tasks",
                column: "project_id",
                principalTable: "projects",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict
            );

            migrationBuilder.AddForeignKey(
                name: "fk_labeling_tasks_prompt_id",
                table: "labeling_tasks",
                column: "prompt_id",
                principalTable: "prompts",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict
            );

            migrationBuilder.AddForeignKey(
                name: "fk_labeling_tasks_run_id",
                table: "labeling_tasks",
                column: "run_id",
                principalTable: "runs",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict
            );

            migrationBuilder.AddForeignKey(
                name: "fk_models_preference_set_id",
                table: "models",
                column: "preference_set_id",
                principalTable: "preference_sets",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict
            );

            migrationBuilder.AddForeignKey(
                name: "fk_models_run_id",
                table: "models",
                column: "run_id",
                principalTable: "runs",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict
            );
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(name: "fk_projects_promoted_model_id", table: "projects");

            migrationBuilder.DropForeignKey(name: "fk_runs_base_model_id", table: "runs");

            migrationBuilder.DropForeignKey(name: "fk_runs_output_model_id", table: "runs");

            migrationBuilder.DropForeignKey(name: "fk_runs_reward_model_id", table: "runs");

            migrationBuilder.DropTable(name: "api_tokens");

            migrationBuilder.DropTable(name: "audit_events");

            migrationBuilder.DropTable(name: "criteria");

            migrationBuilder.DropTable(name: "data_protection_keys");

            migrationBuilder.DropTable(name: "demonstrations");

            migrationBuilder.DropTable(name: "labeling_task_completions");

            migrationBuilder.DropTable(name: "person_claims");

            migrationBuilder.DropTable(name: "person_logins");

            migrationBuilder.DropTable(name: "person_roles");

            migrationBuilder.DropTable(name: "person_tokens");

            migrationBuilder.DropTable(name: "preference_set_items");

            migrationBuilder.DropTable(name: "promotions");

            migrationBuilder.DropTable(name: "ranking_items");

            migrationBuilder.DropTable(name: "role_claims");

            migrationBuilder.DropTable(name: "run_metrics");

            migrationBuilder.DropTable(name: "run_prompts");

            migrationBuilder.DropTable(name: "run_samples");

            migrationBuilder.DropTable(name: "worker_nodes");

            migrationBuilder.DropTable(name: "completions");

            migrationBuilder.DropTable(name: "rankings");

            migrationBuilder.DropTable(name: "roles");

            migrationBuilder.DropTable(name: "answers");

            migrationBuilder.DropTable(name: "assignments");

            migrationBuilder.DropTable(name: "people");

            migrationBuilder.DropTable(name: "labeling_tasks");

            migrationBuilder.DropTable(name: "prompts");

            migrationBuilder.DropTable(name: "models");

            migrationBuilder.DropTable(name: "artifacts");

            migrationBuilder.DropTable(name: "runs");

            migrationBuilder.DropTable(name: "preference_sets");

            migrationBuilder.DropTable(name: "projects");
        }
    }
}
