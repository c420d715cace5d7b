using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Annotation.Client.Contracts;
using Annotation.Testing;
using Xunit;

namespace Annotation.Web.Tests.Labeling;

/// <summary>A labeler at work over HTTP, in a project of one task.</summary>
internal sealed class Labeler(HttpClient http, Guid person)
{
    /// <summary>The JSON of the API.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { AllowOutOfOrderMetadataProperties = true };

    /// <summary>The labeler's program.</summary>
    public HttpClient Http { get; } = http;

    /// <summary>The labeler.</summary>
    public Guid Person { get; } = person;

    /// <summary>A new labeler.</summary>
    public static async Task<Labeler> ArriveAsync(WebServer server, CancellationToken cancellation)
    {
        var person = await server.Postgres.PersonAsync(cancellation);
        return new Labeler(await server.ProgramOfAsync(person, cancellation), person);
    }

    /// <summary>A new labeler who holds the only task of a new project that asks these questions.</summary>
    public static async Task<(Labeler Labeler, TaskView Task, Guid Project)> WithTaskAsync(
        WebServer server,
        IReadOnlyList<QuestionRow>? questions,
        string[] texts,
        CancellationToken cancellation
    )
    {
        var project = await server.Postgres.ProjectAsync(cancellation);
        await server.Postgres.TaskAsync(project, cancellation, texts: texts);
        if (questions is not null)
        {
            using var engineer = await server.ProgramOfAsync(cancellation, "engineer");
            using var saved = await engineer.PutAsJsonAsync(
                $"/api/projects/{project}/questionnaire",
                new SaveQuestionnaireRequest(questions),
                Json,
                cancellation
            );
            Assert.Equal(HttpStatusCode.OK, saved.StatusCode);
        }

        var labeler = await ArriveAsync(server, cancellation);
        return (labeler, (await labeler.NextAsync(project, cancellation))!, project);
    }

    /// <summary>The next task; null when there is none.</summary>
    public async Task<TaskView?> NextAsync(Guid project, CancellationToken cancellation)
    {
        using var answer = await Http.PostAsync($"/api/labeling/next?project={project}", content: null, cancellation);
        return answer.StatusCode == HttpStatusCode.NoContent ? null : await answer.Content.ReadFromJsonAsync<TaskView>(Json, cancellation);
    }

    /// <summary>Submits answers under a new key.</summary>
    public Task<HttpResponseMessage> SubmitAsync(
        TaskView task,
        IReadOnlyDictionary<string, AnswerValueRow> answers,
        CancellationToken cancellation,
        InteractionRow? interaction = null
    ) =>
        PostAsync(
            $"assignments/{task.AssignmentId}/submit",
            new SubmitRequest(Guid.NewGuid(), task.LeaseVersion, answers, 5_000) { Interaction = interaction },
            cancellation
        );

    /// <summary>Asks the labelers' part of the API for a document.</summary>
    public async Task<T> GetAsync<T>(string path, CancellationToken cancellation) =>
        (await Http.GetFromJsonAsync<T>($"/api/labeling/{path}", Json, cancellation))!;

    /// <summary>Sends a document to the labelers' part of the API.</summary>
    public Task<HttpResponseMessage> PostAsync(string path, object body, CancellationToken cancellation) =>
        Http.PostAsJsonAsync($"/api/labeling/{path}", body, Json, cancellation);

    /// <summary>Puts a document into the labelers' part of the API.</summary>
    public Task<HttpResponseMessage> PutAsync(string path, object body, CancellationToken cancellation) =>
        Http.PutAsJsonAsync($"/api/labeling/{path}", body, Json, cancellation);
}
