// What differs between two texts, word by word: pure, so that it can be tried with any two lists of words.
import { diff } from "../../lib/fast-myers-diff/fast-myers-diff.js";

/** Words, and signs one by one; in scripts that are written without spaces, characters. White space is no difference. */
const word = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]|[\p{L}\p{N}\p{M}_]+(?:['’][\p{L}\p{M}]+)*|[^\s]/gu;

/** A run of words that differ: those of the first text from a to aEnd stand where the second has b to bEnd. @typedef {{a: number, aEnd: number, b: number, bEnd: number}} Change */

/** @param {string} text @returns {{text: string, start: number, end: number}[]} */
export function words(text) {
  return Array.from(text.matchAll(word), (found) => ({ text: found[0], start: found.index, end: found.index + found[0].length }));
}

/** Comparisons after which two texts have too little in common to be aligned word by word: a tenth of a second or two. */
const budget = 6_000_000;

/**
 * The changes between two lists of words, in order: as few words as possible, except that up to two words that stayed
 * between longer changes are counted as changed, because a page of confetti is not readable. Long texts with little in
 * common are aligned by the phrases that they share, and what is still too long between two of those is one change.
 * @param {string[]} first @param {string[]} second @returns {Change[]}
 */
export function changes(first, second) {
  /** @type {Change[]} */
  const found = [];
  for (const next of align(first, second, budget) ?? betweenAnchors(first, second)) {
    const last = found.at(-1);
    if (last && next.a - last.aEnd <= 2 && size(last) >= 3 && size(next) >= 3) Object.assign(last, { aEnd: next.aEnd, bEnd: next.bEnd });
    else found.push(next);
  }
  return found;
}

/** @param {string[]} first @param {string[]} second @param {number} most comparisons @returns {Change[] | null} null: it would take more */
function align(first, second, most) {
  // Numbers compare faster than words.
  const numbers = new Map();
  const number = (/** @type {string} */ text) => numbers.get(text) ?? (numbers.set(text, numbers.size), numbers.size - 1);
  const [a, b] = [first.map(number), second.map(number)];
  const enough = new Error("enough");
  try {
    const same = (/** @type {number} */ i, /** @type {number} */ j) => {
      if (most-- < 0) throw enough;
      return a[i] === b[j];
    };
    return [...diff(a, b, same)].map(([aStart, aEnd, bStart, bEnd]) => ({ a: aStart, aEnd, b: bStart, bEnd }));
  } catch (error) {
    if (error !== enough) throw error;
    return null;
  }
}

/** Aligns what lies between phrases that both texts have once. @param {string[]} first @param {string[]} second @returns {Change[]} */
function betweenAnchors(first, second) {
  const anchors = [...anchorsOf(first, second), { a: first.length, b: second.length }];
  let [a, b] = [0, 0];
  return anchors.flatMap((anchor) => {
    const [from, into] = [a, b];
    [a, b] = [anchor.a, anchor.b];
    const within = align(first.slice(from, a), second.slice(into, b), budget / 4) ?? [{ a: 0, aEnd: a - from, b: 0, bEnd: b - into }];
    return within.map((c) => ({ a: c.a + from, aEnd: c.aEnd + from, b: c.b + into, bEnd: c.bEnd + into }));
  });
}

/**
 * Where three words in a row stand once in each text, as many as rise in both (the longest rising run, by patience sorting).
 * @param {string[]} first @param {string[]} second @returns {{a: number, b: number}[]}
 */
function anchorsOf(first, second) {
  const [a, b] = [once(first), once(second)];
  /** The last of the best run of each length so far. @type {{a: number, b: number, before: any}[]} */
  const ends = [];
  for (const [phrase, at] of a) {
    const there = b.get(phrase);
    if (at < 0 || there === undefined || there < 0) continue;
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ends[middle].b < there) low = middle + 1;
      else high = middle;
    }
    ends[low] = { a: at, b: there, before: ends[low - 1] };
  }
  const run = [];
  for (let end = ends.at(-1); end; end = end.before) run.unshift({ a: end.a, b: end.b });
  return run;
}

/** Phrases of three words with their place, or -1 for those that come again. @param {string[]} all @returns {Map<string, number>} */
function once(all) {
  const places = new Map();
  for (let i = 0; i + 3 <= all.length; i++) {
    const phrase = `${all[i]} ${all[i + 1]} ${all[i + 2]}`;
    places.set(phrase, places.has(phrase) ? -1 : i);
  }
  return places;
}

/** @param {Change} change */
function size(change) {
  return Math.max(change.aEnd - change.a, change.bEnd - change.b);
}

/**
 * Marks words of an element that are in one of the ranges.
 * @param {HTMLElement} element
 * @param {[number, number][]} ranges of words, in order and apart
 * @param {"del" | "ins"} tag
 * @returns {HTMLElement[]} the first mark of each range that has any
 */
export function mark(element, ranges, tag) {
  const firsts = [];
  let [count, at] = [0, 0];
  for (const node of textsOf(element)) {
    const found = words(node.data);
    if (found.length === 0) continue;
    /** @type {{start: number, end: number, range: number, first: boolean}[]} */
    const here = [];
    for (; at < ranges.length && ranges[at][0] < count + found.length; at++) {
      const [from, to] = ranges[at];
      if (to > from) here.push({ start: found[Math.max(0, from - count)].start, end: found[Math.min(found.length, to - count) - 1].end, range: at, first: from >= count });
      // The range goes on in the next text.
      if (to > count + found.length) break;
    }
    count += found.length;
    const marks = here.reverse().map(({ start, end, first }) => [wrap(node, start, end, tag), first]);
    firsts.push(...marks.reverse().flatMap(([made, first]) => (first ? [/** @type {HTMLElement} */ (made)] : [])));
  }
  return firsts;
}

/** The words of an element's text, in the order in which mark counts them. @param {HTMLElement} element */
export function wordsOf(element) {
  return textsOf(element).flatMap((node) => words(node.data).map((found) => found.text));
}

/** @param {HTMLElement} element @returns {Text[]} */
function textsOf(element) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) texts.push(/** @type {Text} */ (walker.currentNode));
  return texts;
}

/** @param {Text} node @param {number} start @param {number} end @param {string} tag */
function wrap(node, start, end, tag) {
  const middle = node.splitText(start);
  middle.splitText(end - start);
  const made = document.createElement(tag);
  middle.replaceWith(made);
  made.append(middle);
  return made;
}
