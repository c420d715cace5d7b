using Annotation.Demo.Prompts;
using Annotation.Demo.Randomness;
using Annotation.Demo.World;

namespace Annotation.Demo.Tests.Prompts;

public sealed class PromptPoolTests
{
    [Fact]
    public void Each_use_has_prompts_of_its_own()
    {
        HashSet<string> seen = [];
        foreach (PromptUse use in Enum.GetValues<PromptUse>())
        {
            IReadOnlyList<WorldPrompt> prompts = PromptPool.Draw(use, 1500, 1);
            Assert.Equal(1500, prompts.Count);
            Assert.All(prompts, prompt => Assert.True(seen.Add(prompt.Text), prompt.Text));
        }
    }

    [Fact]
    public void Equal_seeds_draw_equal_prompts_and_others_draw_others()
    {
        string[] first = Texts(7);
        Assert.Equal(first, Texts(7));
        Assert.NotEqual(first, Texts(8));

        static string[] Texts(ulong seed) => [.. PromptPool.Draw(PromptUse.Rankings, 50, seed).Select(prompt => prompt.Text)];
    }

    [Fact]
    public void Every_drawn_prompt_is_read_back_as_what_it_asks()
    {
        var random = new SeededRandom(5);
        for (int i = 0; i < 3000; i++)
        {
            WorldPrompt prompt = PromptPool.DrawAny(random);
            Ask read = PromptReader.Read(prompt.Text);
            Assert.Equal(prompt.Ask.Family, read.Family);
            Assert.Equal(prompt.Ask.Aspect, read.Aspect);
            Assert.Equal(prompt.Ask.Subjects, read.Subjects);
        }
    }

    [Theory]
    [InlineData("how heavy is a fox", PromptFamily.About, "fox")]
    [InlineData("Would the OWL and the fox be friends?", PromptFamily.Both, "owl,fox")]
    [InlineData("What is two and two?", PromptFamily.About, "")]
    public void A_prompt_of_no_known_wording_asks_about_whom_it_names(string text, PromptFamily family, string subjects)
    {
        Ask ask = PromptReader.Read(text);
        Assert.Equal(family, ask.Family);
        Assert.Equal(subjects, string.Join(',', ask.Subjects.Select(subject => subject.Name)));
    }

    [Fact]
    public void A_predicate_means_one_thing_and_most_values_are_shared()
    {
        Assert.Equal(Encyclopedia.Aspects.Sum(aspect => Encyclopedia.ValuesOf(aspect).Count), Encyclopedia.ByPredicate.Count);
        foreach (SubjectKind kind in Enum.GetValues<SubjectKind>())
        {
            IReadOnlyList<Subject> subjects = Encyclopedia.SubjectsOf(kind);
            Assert.Equal(subjects.Count, subjects.Select(subject => subject.Size).Distinct().Count());
            Assert.All(
                Encyclopedia.AspectsOf(kind),
                aspect => Assert.True(Encyclopedia.ValuesOf(aspect).Count <= 0.75 * subjects.Count, aspect.Key)
            );
        }
    }
}
