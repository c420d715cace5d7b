// Fields to write in, and how long a text is.
import { h } from "../dom.js";

const graphemes = "Segmenter" in Intl ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : null;

/** Characters as a reader counts them, without white space at the ends. @param {string} text */
export function length(text) {
  const trimmed = text.trim();
  // Only short texts are near a minimum; counting a long one this way would be felt while typing.
  return graphemes && trimmed.length < 5000 ? [...graphemes.segment(trimmed)].length : trimmed.length;
}

/**
 * What is wrong with the length of a text, as the server would say it, or null.
 * @param {string} text
 * @param {string} subject
 * @param {number} min
 * @param {number} max
 */
export function tooLongOrShort(text, subject, min, max) {
  if (text.length > max) return `${subject} has ${text.length} characters; at most ${max} are accepted`;
  const count = length(text);
  if (count === 0 && min > 0) return `${subject} is empty`;
  return count < min ? `${subject} has ${count} characters; write at least ${min}` : null;
}

/** @param {string} text @param {number} min */
export function count(text, min) {
  const words = text.trim().split(/\s+/).filter(Boolean).length;
  const characters = length(text);
  const least = min > 1 && characters < min ? ` of at least ${min}` : "";
  return `${words} ${words === 1 ? "word" : "words"} · ${characters}${least} characters`;
}

/** Browsers need a time that grows with the square of a text to find its direction; beyond what is accepted nobody waits for that. */
const longestDirected = 100_000;

/** @param {HTMLTextAreaElement} area @param {number} length of the text that it will have */
function direct(area, length) {
  const dir = length > longestDirected ? "ltr" : "auto";
  if (area.dir !== dir) area.dir = dir;
}

/**
 * A field that grows with its text.
 * @param {Record<string, any>} attributes
 * @param {(text: string) => void} oninput
 * @returns {HTMLTextAreaElement}
 */
export function field(attributes, oninput) {
  const area = /** @type {HTMLTextAreaElement} */ (h("textarea", { spellcheck: "true", dir: "auto", ...attributes }));
  // A large text that is pasted or dropped must find the direction settled.
  area.addEventListener("beforeinput", (event) => direct(area, area.value.length + (event.data ?? event.dataTransfer?.getData("text/plain") ?? "").length));
  area.addEventListener("input", () => {
    direct(area, area.value.length);
    oninput(area.value);
  });
  return area;
}

/** The key that ends a turn, and the one that does while writing. @param {import("../types.js").Desk} desk */
export function turnHints(desk) {
  return [h("kbd", { class: "reading", "aria-hidden": "true" }, desk.hint("turn")), h("kbd", { class: "writing", "aria-hidden": "true" }, "Alt Enter")];
}

/** Sets a text without moving the cursor of somebody who writes the same. @param {HTMLTextAreaElement} area @param {string} text */
export function put(area, text) {
  if (area.value === text) return;
  direct(area, text.length);
  area.value = text;
}
