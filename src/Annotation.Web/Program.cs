using Annotation.Web.Hosting;

var builder = WebApplication.CreateBuilder(
    // Assets and settings lie beside the program, wherever it is started from.
    new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory }
);
builder.AddAnnotation();
var app = builder.Build();
await app.PrepareDatabaseAsync(app.Lifetime.ApplicationStopping);
app.UseAnnotation();
await app.RunAsync();
