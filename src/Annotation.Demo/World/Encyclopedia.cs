using System.Collections.Frozen;

namespace Annotation.Demo.World;

/// <summary>
/// Everything that is true in the demo's world. Values are shared by several subjects, so that no word is right or wrong by itself:
/// "lives in the forest" is true of the fox and false of the whale.
/// </summary>
public static class Encyclopedia
{
    private const string Animals = """
        fox|red|the forest|mice|dig|40
        owl|brown|the forest|mice|see at night|28
        squirrel|red|the forest|nuts|climb|16
        bear|brown|the mountains|honey|climb|85
        wolf|gray|the mountains|meat|run fast|60
        frog|green|the pond|flies|jump|8
        duck|white|the pond|plants|swim|26
        shark|gray|the sea|fish|swim|92
        whale|blue|the sea|krill|dive|100
        crab|red|the sea|worms|hide|10
        penguin|black|the snow|fish|dive|38
        camel|yellow|the desert|grass|walk far|88
        lizard|green|the desert|flies|hide|12
        lion|yellow|the savanna|meat|run fast|80
        giraffe|orange|the savanna|leaves|walk far|95
        elephant|gray|the savanna|leaves|swim|98
        monkey|brown|the jungle|fruit|climb|45
        parrot|green|the jungle|fruit|fly|22
        tiger|orange|the jungle|meat|jump|82
        cow|white|the farm|grass|give milk|86
        pig|pink|the farm|corn|dig|65
        hen|white|the farm|corn|lay eggs|24
        horse|black|the farm|grass|run fast|90
        rabbit|white|the garden|plants|jump|20
        bee|yellow|the garden|nectar|fly|2
        snail|brown|the garden|leaves|hide|3
        mole|black|the garden|worms|dig|15
        bat|black|the cave|flies|see at night|14
        salmon|pink|the river|krill|swim|30
        otter|brown|the river|fish|dive|36
        beaver|brown|the river|plants|build dams|37
        crow|black|the mountains|nuts|fly|25
        """;

    private const string Places = """
        harbor|windy|boats|fishing|gulls|70
        market|noisy|stalls|shopping|traders|50
        library|quiet|books|reading|students|40
        valley|calm|flowers|walking|sheep|90
        island|warm|palms|swimming|gulls|85
        swamp|wet|mud|fishing|toads|75
        castle|cold|towers|exploring|guards|60
        village|calm|cottages|walking|farmers|65
        lake|cold|boats|swimming|swans|80
        hill|windy|flowers|walking|sheep|72
        park|warm|benches|playing|swans|55
        school|noisy|books|reading|students|45
        museum|quiet|paintings|exploring|guards|48
        station|noisy|benches|waiting|travelers|42
        """;

    private const string Things = """
        spoon|round|metal|the kitchen|eating|6
        knife|sharp|metal|the kitchen|cutting|8
        saw|sharp|metal|the shed|cutting|30
        ladder|long|wood|the shed|climbing|70
        rope|long|cotton|the shed|pulling|35
        ball|round|rubber|the closet|playing|22
        letter|flat|paper|the study|reading|9
        lamp|tall|glass|the bedroom|lighting|32
        pillow|soft|cotton|the bedroom|sleeping|36
        blanket|soft|wool|the bedroom|sleeping|60
        scarf|soft|wool|the closet|warming|25
        hammer|heavy|metal|the shed|building|28
        pot|heavy|clay|the kitchen|cooking|26
        cup|round|clay|the kitchen|drinking|12
        table|flat|wood|the study|eating|80
        kite|flat|paper|the closet|playing|34
        coin|round|metal|the study|paying|2
        bottle|tall|glass|the kitchen|drinking|20
        broom|long|wood|the closet|cleaning|50
        """;

    /// <summary>The aspects of every kind, four each.</summary>
    public static IReadOnlyList<Aspect> Aspects { get; } =
    [
        new(SubjectKind.Animal, "color", "is", ["What color is {A}?", "Which color does {A} have?"]),
        new(SubjectKind.Animal, "home", "lives in", ["Where does {A} live?", "Where can I find {A}?"]),
        new(SubjectKind.Animal, "food", "eats", ["What does {A} eat?", "What is the food of {A}?"]),
        new(SubjectKind.Animal, "skill", "can", ["What can {A} do?", "What is {A} able to do?"]),
        new(SubjectKind.Place, "mood", "is", ["How does {A} feel?", "What is it like in {A}?"]),
        new(SubjectKind.Place, "sight", "has", ["What does {A} have?", "What can I see in {A}?"]),
        new(SubjectKind.Place, "activity", "is good for", ["What is {A} good for?", "What can I do in {A}?"]),
        new(SubjectKind.Place, "people", "is home to", ["Who lives in {A}?", "Who can I meet in {A}?"]),
        new(SubjectKind.Thing, "shape", "is", ["What shape is {A}?", "How does {A} look?"]),
        new(SubjectKind.Thing, "material", "is made of", ["What is {A} made of?", "Which material is in {A}?"]),
        new(SubjectKind.Thing, "room", "is kept in", ["Where is {A} kept?", "Where should I put {A}?"]),
        new(SubjectKind.Thing, "use", "is used for", ["What is {A} used for?", "Why do people need {A}?"]),
    ];

    /// <summary>All subjects, in a fixed order.</summary>
    public static IReadOnlyList<Subject> Subjects { get; } =
    [.. Read(SubjectKind.Animal, Animals), .. Read(SubjectKind.Place, Places), .. Read(SubjectKind.Thing, Things)];

    /// <summary>Subjects by name.</summary>
    public static FrozenDictionary<string, Subject> ByName { get; } =
        Subjects.ToFrozenDictionary(subject => subject.Name, StringComparer.Ordinal);

    /// <summary>Every aspect and value that a predicate such as "lives in the forest" can mean; a predicate belongs to one aspect.</summary>
    public static FrozenDictionary<string, (Aspect Aspect, string Value)> ByPredicate { get; } =
        Aspects
            .SelectMany(aspect => ValuesOf(aspect).Select(value => (Aspect: aspect, Value: value)))
            .ToFrozenDictionary(pair => $"{pair.Aspect.Verb} {pair.Value}", pair => pair, StringComparer.Ordinal);

    /// <summary>The aspects of a kind, in the order of <see cref="Subject.Values"/>.</summary>
    public static IReadOnlyList<Aspect> AspectsOf(SubjectKind kind) => [.. Aspects.Where(aspect => aspect.Kind == kind)];

    /// <summary>All subjects of a kind.</summary>
    public static IReadOnlyList<Subject> SubjectsOf(SubjectKind kind) => [.. Subjects.Where(subject => subject.Kind == kind)];

    /// <summary>The values that some subject has for an aspect, each once, in the order of the table.</summary>
    public static IReadOnlyList<string> ValuesOf(Aspect aspect) =>
        [.. SubjectsOf(aspect.Kind).Select(subject => TrueValue(subject, aspect)!).Distinct()];

    /// <summary>The true value, or null if the aspect does not belong to the subject's kind.</summary>
    public static string? TrueValue(Subject subject, Aspect aspect)
    {
        int index = 0;
        foreach (Aspect candidate in Aspects)
        {
            if (candidate == aspect)
            {
                return candidate.Kind == subject.Kind ? subject.Values[index] : null;
            }
            index += candidate.Kind == aspect.Kind ? 1 : 0;
        }
        return null;
    }

    /// <summary>Everything that is true of a subject, apart from comparisons.</summary>
    public static IReadOnlyList<Fact> TrueFacts(Subject subject) =>
        [.. AspectsOf(subject.Kind).Select(aspect => new Fact(subject, aspect, TrueValue(subject, aspect)!))];

    private static IEnumerable<Subject> Read(SubjectKind kind, string table) =>
        table
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('|'))
            .Select(cells => new Subject(
                cells[0],
                kind,
                cells[1..^1],
                int.Parse(cells[^1], System.Globalization.CultureInfo.InvariantCulture)
            ));
}
