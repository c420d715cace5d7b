// Long completions fold to their beginning; a button below says how much there is.
import { h } from "../dom.js";

/** Folded height in pixels (reading.css has the same), and how much longer a text must be to fold at all. */
const folded = () => Math.min(560, innerHeight * 0.55);
const slack = 150;

/** @type {HTMLElement[]} */ let waiting = [];
let number = 0;

/**
 * A body that folds when it turns out to be long.
 * @param {HTMLElement} body
 * @param {string} text the source, to count its words
 * @returns {HTMLElement}
 */
export function foldable(body, text) {
  body.id ||= `body-${++number}`;
  const button = h("button", { type: "button", class: "unfold", hidden: true, "aria-controls": body.id, onclick: () => setFolded(box, !box.classList.contains("folded")) });
  button.dataset.length = `${text.trim().split(/\s+/).length.toLocaleString("en")} words`;
  const box = h("div", { class: "foldable" }, body, button);
  if (waiting.length === 0) requestAnimationFrame(measure);
  waiting.push(box);
  return box;
}

/** Folds or unfolds the long body in an element; false when it has none. @param {Element} card */
export function toggleFold(card) {
  const box = card.querySelector(".foldable:has(> .unfold:not([hidden]))");
  if (!(box instanceof HTMLElement)) return false;
  setFolded(box, !box.classList.contains("folded"));
  card.scrollIntoView({ block: "nearest" });
  return true;
}

/** @param {HTMLElement} box @param {boolean} folded */
export function setFolded(box, folded) {
  const button = /** @type {HTMLElement} */ (box.lastElementChild);
  box.classList.toggle("folded", folded);
  button.setAttribute("aria-expanded", String(!folded));
  button.textContent = folded ? `Show all ${button.dataset.length}` : "Fold";
}

/** Reads all heights before it changes any, and before the page is painted, so that nothing jumps. */
function measure() {
  const boxes = waiting.filter((box) => box.isConnected);
  waiting = [];
  const long = boxes.filter((box) => (box.firstElementChild?.scrollHeight ?? 0) > folded() + slack);
  for (const box of long) {
    /** @type {HTMLElement} */ (box.lastElementChild).hidden = false;
    setFolded(box, true);
  }
}
