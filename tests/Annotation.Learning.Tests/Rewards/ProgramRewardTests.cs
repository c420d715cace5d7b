using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Annotation.Learning.Rewards;
using Annotation.Learning.Tests.Training;
using Annotation.Learning.Text;
using Xunit;

namespace Annotation.Learning.Tests.Rewards;

/// <summary>Programs that score, and programs that do not.</summary>
public sealed class ProgramRewardTests : IDisposable
{
    private static readonly RewardLimits _limits = new(TimeSpan.FromSeconds(20), Megabytes: null, Retries: 0, FailedScore: null);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>
    /// Checks the number behind a solution's last "A:" against the known answer of its question, as GSM8K is graded.
    /// </summary>
    private const string Checker = """
        import json, os, re, sys
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "answers.json")) as file:
            answers = json.load(file)
        for line in sys.stdin:
            row = json.loads(line)
            found = re.findall(r"A:\s*\$?(-?[0-9][0-9,]*(?:\.[0-9]+)?)", row["completion"])
            right = bool(found) and found[-1].replace(",", "") == answers[row["prompt"][-1]["content"]]
            print(json.dumps({"score": 1 if right else 0}), flush=True)
        """;

    [Fact]
    public void Solutions_with_a_checkable_answer_are_marked_as_people_marked_them()
    {
        var rows = Solutions();
        File.WriteAllText(
            Path.Combine(_folder.Path, "answers.json"),
            JsonSerializer.Serialize(rows.DistinctBy(r => r.Question).ToDictionary(r => r.Question, r => r.Answer))
        );
        var program = Python(Checker, _limits);
        var scores = program.Score(
            [.. rows.Select(r => ((IReadOnlyList<Message>)[new Message("user", r.Question)], r.Solution))],
            TestContext.Current.CancellationToken
        );
        // The data's own marks compare numbers a little more generously than text; nearly all must agree.
        var agree = rows.Zip(scores, (r, s) => r.Right == (s == 1)).Average(same => same ? 1.0 : 0.0);
        Assert.InRange(agree, 0.99, 1);
        Assert.InRange(scores.Average(), 0.2, 0.8);
    }

    [Fact]
    public void It_gets_no_environment_no_shell_and_a_folder_of_its_own()
    {
        Environment.SetEnvironmentVariable("ANNOTATION_SECRET_OF_A_TEST", "secret");
        const string look = """
            import json, os, sys
            clean = "ANNOTATION_SECRET_OF_A_TEST" not in os.environ and os.listdir(".") == [] and sys.argv[1] == "$(echo x); *"
            for line in sys.stdin:
                print(1 if clean else 0, flush=True)
            """;
        var program = new ProgramReward(PythonPath(), [Write(look), "$(echo x); *"], _limits);
        Assert.Equal([1], program.Score([Ask("a")], TestContext.Current.CancellationToken));
    }

    private const string Fragile = """
        import sys, json, time
        for line in sys.stdin:
            text = json.loads(line)["completion"]
            if text == "crash":
                sys.stderr.write("cannot go on\n"); sys.exit(3)
            if text == "sleep":
                time.sleep(60)
            if text == "eat":
                bytearray(1 << 30)
            print("nonsense" if text == "babble" else "NaN" if text == "nan" else len(text), flush=True)
        """;

    [Theory]
    [InlineData("crash", "ended with code 3 (cannot go on)")]
    [InlineData("sleep", "took longer than 6 s")]
    [InlineData("eat", "MemoryError")]
    [InlineData("babble", "wrote 'nonsense' instead of a number")]
    [InlineData("nan", "wrote 'NaN' instead of a number")]
    public void A_failure_ends_the_run_with_a_sentence_or_costs_one_completion_its_score(string completion, string sentence)
    {
        var limits = _limits with { TimeLimit = TimeSpan.FromSeconds(6), Megabytes = 400 };
        IReadOnlyList<(IReadOnlyList<Message>, string)> asked = [Ask("a"), Ask(completion), Ask("abc")];
        var strict = Python(Fragile, limits);
        var watch = Stopwatch.StartNew();
        var problem = Assert.Throws<RewardSourceException>(() => strict.Score(asked, TestContext.Current.CancellationToken));
        Assert.Contains(sentence, problem.Message, StringComparison.Ordinal);
        Assert.Contains($"'{completion}'", problem.Message, StringComparison.Ordinal);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(50));

        var lenient = Python(Fragile, limits with { FailedScore = -2 });
        Assert.Equal([1, -2, 3], lenient.Score(asked, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task It_has_no_network_and_no_child_outlives_it()
    {
        Assert.SkipUnless(ProgramReward.IsClosed, "This machine lets nobody make namespaces.");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var held = Path.Combine(_folder.Path, "held");
        const string reach = """
            import fcntl, os, signal, socket, sys
            ready, told = os.pipe()
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    file = open(sys.argv[2], "w")
                    fcntl.flock(file, fcntl.LOCK_EX)
                    os.write(told, b"x")
                    while True:
                        signal.pause()
                os._exit(0)
            os.read(ready, 1)
            for line in sys.stdin:
                try:
                    socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=2)
                    print(1, flush=True)
                except OSError:
                    print(0, flush=True)
            """;
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        var program = new ProgramReward(PythonPath(), [Write(reach), port, held], _limits);
        Assert.Equal([0], program.Score([Ask("a")], TestContext.Current.CancellationToken));

        // A child that lives holds the lock; the kernel gives it back when it has ended the child.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        end.CancelAfter(TimeSpan.FromSeconds(20));
        while (!IsFree(held))
        {
            await Task.Delay(50, end.Token);
        }

        static bool IsFree(string file)
        {
            try
            {
                using var locked = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    [Fact]
    public void It_cannot_fill_the_disk_and_what_it_says_of_its_end_is_kept_short()
    {
        const string fill = """
            import sys
            sys.stderr.write("y" * 3000000 + "\\n")
            for line in sys.stdin:
                with open("big", "wb") as file:
                    for _ in range(200):
                        file.write(b"x" * 1000000)
                print(1, flush=True)
            """;
        var problem = Assert.Throws<RewardSourceException>(() =>
            Python(fill, _limits).Score([Ask("a")], TestContext.Current.CancellationToken)
        );
        Assert.Contains("File too large", problem.Message, StringComparison.Ordinal);
        Assert.InRange(problem.Message.Length, 1, 400);
    }

    [Fact]
    public void A_program_that_is_not_there_is_named()
    {
        var program = new ProgramReward("/nowhere/check", [], _limits with { FailedScore = 0 });
        var problem = Assert.Throws<RewardSourceException>(() => program.Score([Ask("a")], TestContext.Current.CancellationToken));
        Assert.Contains("/nowhere/check", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelling_ends_the_program()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        var program = Python(Fragile, _limits with { TimeLimit = TimeSpan.FromMinutes(5) });
        Assert.ThrowsAny<OperationCanceledException>(() => program.Score([Ask("sleep")], source.Token));
    }

    private ProgramReward Python(string code, RewardLimits limits) => new(PythonPath(), [Write(code)], limits);

    private string Write(string code)
    {
        var path = Path.Combine(_folder.Path, "program.py");
        File.WriteAllText(path, code);
        return path;
    }

    private static string PythonPath()
    {
        var path = new[] { "/usr/bin/python3", "/usr/local/bin/python3" }.FirstOrDefault(File.Exists);
        Assert.SkipUnless(
            path is not null || Environment.GetEnvironmentVariable("CI") == "true",
            "There is no python3 to write programs in."
        );
        return path ?? "python3";
    }

    private static (IReadOnlyList<Message>, string) Ask(string completion) => ([new Message("user", "q")], completion);

    private static IReadOnlyList<(string Question, string Answer, string Solution, bool Right)> Solutions()
    {
        var file = Path.Combine(Environment.GetEnvironmentVariable("ANNOTATION_DATA") ?? "", "gsm8k", "model-solutions.dev.jsonl.gz");
        if (!File.Exists(file))
        {
            return
            [
                ("Two and two?", "4", "2 + 2 = <<2+2=4>>4\nA: 4", true),
                ("Two and two?", "4", "2 + 2 = <<2+2=5>>5\nA: 5", false),
                ("A thousand and one?", "1001", "1000 + 1 = 1001\nA: 1,001", true),
                ("A thousand and one?", "1001", "I do not know.", false),
            ];
        }
        using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        var rows = new List<(string, string, string, bool)>();
        while (reader.ReadLine() is { } line && rows.Count < 800)
        {
            using var json = JsonDocument.Parse(line);
            var (question, truth) = (
                json.RootElement.GetProperty("question").GetString()!,
                json.RootElement.GetProperty("ground_truth").GetString()!
            );
            var answer = truth[(truth.LastIndexOf("A:", StringComparison.Ordinal) + 2)..].Trim().Replace(",", "", StringComparison.Ordinal);
            rows.AddRange(
                json.RootElement.GetProperty("answers")
                    .EnumerateArray()
                    .Select(a => (question, answer, a.GetProperty("solution").GetString()!, a.GetProperty("is_correct").GetBoolean()))
            );
        }
        return rows;
    }
}
