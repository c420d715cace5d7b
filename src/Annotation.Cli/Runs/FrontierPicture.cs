using System.Globalization;
using System.Net;
using System.Text;

namespace Annotation.Cli.Runs;

/// <summary>The frontier as a picture that stands by itself: score above KL, policies with their intervals, best-of-n as a line.</summary>
public static class FrontierPicture
{
    private const int Width = 720;
    private const int Height = 440;
    private const int Left = 70;
    private const int Right = 180;
    private const int Top = 30;
    private const int Bottom = 60;
    private const int Ticks = 5;

    public static string Draw(IReadOnlyList<FrontierPoint> points, string judge)
    {
        // A proxy that counts in the judge's units has a ring of its own above or below the point: their distance grows with over-optimisation.
        var proxies = points.Where(p => p.Gap is not null).Select(p => p.Proxy!.Value).ToList();
        var lowest = points.Select(p => p.Low).Concat(proxies).Min();
        var highest = points.Select(p => p.High).Concat(proxies).Max();
        var room = Math.Max(1e-6, highest - lowest) * 0.05;
        var (bottom, top, most) = (lowest - room, highest + room, Math.Max(1e-6, points.Max(p => p.Kl)) * 1.05);
        var svg = new StringBuilder();
        Line($"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {Width} {Height}' font-family='sans-serif' font-size='12'>");
        Line($"<title>Score of {Text(judge)} against KL</title><rect width='100%' height='100%' fill='#ffffff'/>");
        for (var i = 0; i <= Ticks; i++)
        {
            var (kl, score) = (most * i / Ticks, bottom + (top - bottom) * i / Ticks);
            Line($"<path d='M{Left} {Y(score)}H{Width - Right}' stroke='#dddddd'/>");
            Line($"<text x='{Left - 8}' y='{Y(score)}' text-anchor='end' dominant-baseline='middle'>{Tick(score)}</text>");
            Line($"<text x='{X(kl)}' y='{Height - Bottom + 18}' text-anchor='middle'>{Tick(kl)}</text>");
        }
        Line(
            $"<text x='{(Left + Width - Right) / 2}' y='{Height - 14}' text-anchor='middle'>KL from the start, nats per completion</text>"
        );
        Line($"<text transform='translate(16 {(Top + Height - Bottom) / 2}) rotate(-90)' text-anchor='middle'>{Text(judge)}</text>");
        var best = points.Where(p => p.IsBestOf).OrderBy(p => p.Kl).ToList();
        if (best.Count > 0)
        {
            Line($"<polyline fill='none' stroke='#b45309' points='{string.Join(' ', best.Select(p => $"{X(p.Kl)},{Y(p.Score)}"))}'/>");
        }
        foreach (var p in points)
        {
            var colour = p.IsBestOf ? "#b45309" : "#1d4ed8";
            Line($"<path d='M{X(p.Kl)} {Y(p.Low)}V{Y(p.High)}' stroke='{colour}'/>");
            Line($"<circle cx='{X(p.Kl)}' cy='{Y(p.Score)}' r='4' fill='{colour}'/>");
            Line($"<text x='{X(p.Kl)}' y='{Y(p.Score)}' dx='8' dy='-6' fill='{colour}'>{Text(p.Name)}</text>");
            if (p is { Gap: not null, Proxy: { } proxy })
            {
                Line($"<path d='M{X(p.Kl)} {Y(p.Score)}V{Y(proxy)}' stroke='{colour}' stroke-dasharray='2 3'/>");
                Line($"<circle cx='{X(p.Kl)}' cy='{Y(proxy)}' r='4' fill='#ffffff' stroke='{colour}'/>");
            }
        }
        if (proxies.Count > 0)
        {
            Line($"<text x='{Left}' y='{Top - 10}'>● {Text(judge)} &#160; ○ the proxy that they were trained on</text>");
        }
        svg.Append("</svg>\n");
        return svg.ToString();

        void Line(string line) => svg.Append(line).Append('\n');

        string X(double kl) => Number(Left + (Width - Left - Right) * kl / most);

        string Y(double score) => Number(Height - Bottom - (Height - Top - Bottom) * (score - bottom) / (top - bottom));
    }

    private static string Tick(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
