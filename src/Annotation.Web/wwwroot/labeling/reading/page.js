// Formulas and code in the texts of pages other than the desk, which does it itself; staff pages show theirs later.
import { enrich, makeScrollable } from "./body.js";

const texts = ".prose:has(.math:not(.set), pre > code[class])";
const own = "annotation-labeling, annotation-labeling-preview, dialog";
/** @type {WeakSet<Element>} */
const done = new WeakSet();

function look() {
  const bodies = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(texts)].filter((body) => !done.has(body) && !body.closest(own)));
  for (const body of bodies) {
    done.add(body);
    enrich(body);
  }
  makeScrollable(bodies);
}

new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
look();
