using Annotation.Learning.Models;

namespace Annotation.Learning.Generation;

/// <summary>The text of a completion while it is written: finds stop sequences and tells new pieces.</summary>
/// <param name="model">Decodes.</param>
/// <param name="stops">Texts that end it.</param>
/// <param name="tell">Told each new piece; null when nobody listens.</param>
internal sealed class CompletionText(Pretrained model, IReadOnlyList<string> stops, Action<string>? tell)
{
    private const char Incomplete = '\uFFFD';
    private readonly int _longestStop = stops.Count == 0 ? 0 : stops.Max(s => s.Length);
    private int _told;

    internal bool IsEnd(int id) => model.EndIds.Contains(id);

    /// <summary>Takes in the ids so far, and whether no more will come; true when a stop sequence is in their text.</summary>
    internal bool Advance(ReadOnlySpan<int> ids, bool last)
    {
        if (tell is null && stops.Count == 0)
        {
            return false;
        }

        var text = model.Template.DecodeCompletion(ids);
        var stop = StopIn(text);
        if (tell is not null)
        {
            // What may still become another character or a stop sequence waits.
            var end =
                stop >= 0 ? stop
                : last ? text.Length
                : Math.Max(_told, text.TrimEnd(Incomplete).Length - Math.Max(0, _longestStop - 1));
            if (end > _told)
            {
                tell(text[_told..end]);
                _told = end;
            }
        }

        return stop >= 0;
    }

    /// <summary>The text of these ids, cut before a stop sequence.</summary>
    internal string Whole(ReadOnlySpan<int> ids)
    {
        var text = model.Template.DecodeCompletion(ids);
        var stop = StopIn(text);
        return stop >= 0 ? text[..stop] : text;
    }

    private int StopIn(string text) =>
        stops.Select(s => text.IndexOf(s, StringComparison.Ordinal)).Where(i => i >= 0).DefaultIfEmpty(-1).Min();
}
