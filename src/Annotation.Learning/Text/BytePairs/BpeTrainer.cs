using System.Text;

namespace Annotation.Learning.Text.BytePairs;

/// <summary>
/// Learns a byte-level byte-pair vocabulary from texts: the most frequent adjacent pair becomes a piece, the pair of the greater bytes of
/// equals, until the vocabulary is full (Sennrich et al. 2016; GPT-2's split and alphabet).
/// </summary>
public static class BpeTrainer
{
    private const string Document = "<|endoftext|>";
    private static readonly string[] _chatMarks = [Document, "<|im_start|>", "<|im_end|>"];

    private const string ChatMl =
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    /// <summary>Ids that a vocabulary for conversations has before its first merge.</summary>
    public static int SmallestChatVocabulary => 256 + _chatMarks.Length;

    /// <summary>
    /// The same with three special tokens for conversations in the form ChatML: one between documents that also pads, and the marks
    /// around a turn, whose end ends completions.
    /// </summary>
    /// <inheritdoc cref="Train"/>
    public static BpeTokenizer TrainForChat(IEnumerable<string> texts, int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, SmallestChatVocabulary);
        var folder = Directory.CreateTempSubdirectory("annotation-tokenizer-");
        try
        {
            BpeVocabularyFiles.Write(
                folder.FullName,
                Merges(Count(texts), size - SmallestChatVocabulary),
                _chatMarks,
                _chatMarks[^1],
                ChatMl
            );
            return TokenizerFiles.TryLoad(folder.FullName)!;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Writes tokenizer.json and tokenizer_config.json of a vocabulary of this size and returns its tokenizer.</summary>
    /// <param name="texts">What to learn from.</param>
    /// <param name="size">Ids in all: special tokens, 256 bytes, merges. Fewer when the texts have no more pairs.</param>
    /// <param name="specials">Special tokens, ids from 0 on; the first begins documents and ends completions.</param>
    /// <param name="folder">Where the files go.</param>
    public static BpeTokenizer Train(IEnumerable<string> texts, int size, IReadOnlyList<string> specials, string folder)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 256 + specials.Count);
        ArgumentOutOfRangeException.ThrowIfZero(specials.Count);
        var merges = Merges(Count(texts), size - 256 - specials.Count);
        BpeVocabularyFiles.Write(folder, merges, specials, specials[0], chatTemplate: null);
        return TokenizerFiles.TryLoad(folder)!;
    }

    /// <summary>How often each piece of text occurs; texts are not cut at special tokens, which do not occur in them.</summary>
    private static Dictionary<string, int> Count(IEnumerable<string> texts)
    {
        var pattern = new TextPattern(ByteLevel.Gpt2Pattern);
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (part, _) in texts.SelectMany(pattern.Split))
        {
            counts[part] = counts.GetValueOrDefault(part) + 1;
        }

        return counts;
    }

    private static List<(byte[] Left, byte[] Right)> Merges(Dictionary<string, int> counts, int most)
    {
        var words = counts.Select(w => (Ids: Array.ConvertAll(Encoding.UTF8.GetBytes(w.Key), b => (int)b), w.Value)).ToArray();
        var pieces = Enumerable.Range(0, 256).Select(b => new[] { (byte)b }).ToList();
        var pairs = new Dictionary<(int Left, int Right), long>();
        var places = new Dictionary<(int Left, int Right), HashSet<int>>();
        for (var word = 0; word < words.Length; word++)
        {
            Change(word, +1);
        }

        // Entries are not taken out when a count changes; a count that is no longer true is put right when its turn comes.
        var queue = new PriorityQueue<(int Left, int Right), (long Count, byte[] Left, byte[] Right)>(new BestFirst());
        pairs.Keys.ToList().ForEach(Offer);
        var merges = new List<(byte[], byte[])>();
        while (merges.Count < most && queue.TryDequeue(out var pair, out var offered))
        {
            var count = pairs.GetValueOrDefault(pair);
            if (count != offered.Count)
            {
                if (count > 0)
                {
                    Offer(pair);
                }
                continue;
            }

            var merged = pieces.Count;
            pieces.Add([.. pieces[pair.Left], .. pieces[pair.Right]]);
            merges.Add((pieces[pair.Left], pieces[pair.Right]));
            var fresh = new HashSet<(int, int)>();
            foreach (var word in places[pair].ToList())
            {
                Change(word, -1);
                words[word].Ids = Merge(words[word].Ids, pair, merged);
                Change(word, +1, fresh);
            }

            foreach (var changed in fresh.Where(p => p.Item1 == merged || p.Item2 == merged))
            {
                Offer(changed);
            }
        }

        return merges;

        void Offer((int Left, int Right) pair) => queue.Enqueue(pair, (pairs[pair], pieces[pair.Left], pieces[pair.Right]));

        void Change(int word, int sign, HashSet<(int, int)>? seen = null)
        {
            var (ids, count) = words[word];
            for (var i = 0; i + 1 < ids.Length; i++)
            {
                var pair = (ids[i], ids[i + 1]);
                pairs[pair] = pairs.GetValueOrDefault(pair) + sign * (long)count;
                if (sign > 0)
                {
                    (places.TryGetValue(pair, out var known) ? known : places[pair] = []).Add(word);
                }
                else if (places.TryGetValue(pair, out var known))
                {
                    known.Remove(word);
                }
                seen?.Add(pair);
            }
        }
    }

    private static int[] Merge(int[] ids, (int Left, int Right) pair, int merged)
    {
        var result = new List<int>(ids.Length);
        for (var i = 0; i < ids.Length; i++)
        {
            var found = i + 1 < ids.Length && ids[i] == pair.Left && ids[i + 1] == pair.Right;
            result.Add(found ? merged : ids[i]);
            i += found ? 1 : 0;
        }

        return [.. result];
    }

    /// <summary>The larger count first; of equal ones the pair whose left, then right bytes are greater.</summary>
    private sealed class BestFirst : IComparer<(long Count, byte[] Left, byte[] Right)>
    {
        public int Compare((long Count, byte[] Left, byte[] Right) x, (long Count, byte[] Left, byte[] Right) y)
        {
            var order = y.Count.CompareTo(x.Count);
            order = order != 0 ? order : y.Left.AsSpan().SequenceCompareTo(x.Left);
            return order != 0 ? order : y.Right.AsSpan().SequenceCompareTo(x.Right);
        }
    }
}
