using System.CommandLine;
using Annotation.Cli.Terminal;
using Annotation.Client.Contracts;

namespace Annotation.Cli.Runs;

/// <summary>The options of verbs that write completions: which tokens may be drawn, and what ends a text.</summary>
internal sealed class SamplingOptions
{
    private readonly Option<int?> _topK = new("--top-k") { Description = "Draw from the K most probable tokens only", HelpName = "K" };

    private readonly Option<double?> _topP = new("--top-p")
    {
        Description = "Draw from the most probable tokens that together reach this probability",
        HelpName = "P",
    };

    private readonly Option<double?> _repetitionPenalty = new("--repetition-penalty")
    {
        Description = "Make tokens that are there already less likely, 1.1 a little; 1 changes nothing",
        HelpName = "X",
    };

    private readonly Option<int?> _noRepeatLength = new("--no-repeat")
    {
        Description = "No run of this many tokens occurs twice in a completion",
        HelpName = "N",
    };

    private readonly Option<string?> _precision = new("--precision")
    {
        Description = "Type of the model's weights: fp32 (default), or bf16 for half the memory",
        HelpName = "TYPE",
    };

    private readonly Option<string[]> _stop = new("--stop")
    {
        Description = "A text that ends a completion, which is cut before it; may be repeated",
        HelpName = "TEXT",
    };

    /// <summary>Gives a verb the options.</summary>
    internal Command AddTo(Command verb)
    {
        verb.Options.Add(_topK);
        verb.Options.Add(_topP);
        verb.Options.Add(_repetitionPenalty);
        verb.Options.Add(_noRepeatLength);
        verb.Options.Add(_precision);
        verb.Options.Add(_stop);
        return verb;
    }

    /// <summary>The request with what was asked for.</summary>
    internal T Fill<T>(T request, Invocation invocation)
        where T : SamplingRequest =>
        request with
        {
            TopK = invocation.Value(_topK),
            TopP = invocation.Value(_topP),
            RepetitionPenalty = invocation.Value(_repetitionPenalty),
            NoRepeatLength = invocation.Value(_noRepeatLength),
            Precision = invocation.Value(_precision),
            Stop = invocation.Value(_stop) is { Length: > 0 } texts ? texts : null,
        };
}
