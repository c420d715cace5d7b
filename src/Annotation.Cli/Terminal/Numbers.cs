using System.Globalization;

namespace Annotation.Cli.Terminal;

/// <summary>Numbers as people read them.</summary>
public static class Numbers
{
    private const double Small = 0.001;

    /// <summary>At most four digits after the point; a very small number keeps its first digits.</summary>
    public static string Format(double number) =>
        number.ToString(Math.Abs(number) is > 0 and < Small ? "0.###e0" : "0.####", CultureInfo.InvariantCulture);
}
