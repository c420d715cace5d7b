using Annotation.Domain.Runs;
using Xunit;

namespace Annotation.Domain.Tests.Runs;

public sealed class RewardFormulaTests
{
    [Fact]
    public void A_sum_names_models_programs_and_endpoints_with_their_weights()
    {
        var formula = RewardFormula.Parse(" 0.7*helpful-rm + program:check.py + -2 * https://host:8080/score?a=1+1 ");
        Assert.Equal(
            new RewardTerm[]
            {
                new(0.7, RewardTermKind.Model, "helpful-rm"),
                new(1, RewardTermKind.Program, "check.py"),
                new(-2, RewardTermKind.Endpoint, "https://host:8080/score?a=1+1"),
            },
            formula.Value!.Terms
        );
        Assert.False(formula.Value.IsModel);
        Assert.True(RewardFormula.Parse("helpful-rm").Value!.IsModel);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a +")]
    [InlineData("a b")]
    [InlineData("x*a")]
    [InlineData("program:")]
    [InlineData("program:../check.py")]
    [InlineData("program:/bin/sh")]
    [InlineData("program:.hidden")]
    [InlineData("ftp://host/score")]
    [InlineData("file:///etc/passwd")]
    public void What_is_no_reward_is_refused(string text) => Assert.Equal("invalid-reward", RewardFormula.Parse(text).Refusal?.Code);
}
