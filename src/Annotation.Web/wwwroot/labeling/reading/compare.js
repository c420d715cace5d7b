// The dialog that shows what differs between two completions.
import { closing, open } from "../dialogs.js";
import { h, letter } from "../dom.js";
import { plainBody } from "./body.js";
import { changes, mark, wordsOf } from "./difference.js";
import { scrollTogether } from "./scrolling.js";

/**
 * Shows two completions side by side (one above the other where it is narrow) with the words marked that only one has.
 * @param {import("../types.js").TaskView} task
 * @param {number} first position of one completion
 */
export function showDifference(task, first) {
  const count = task.completions.length;
  let pair = [first, (first + 1) % count].sort((a, b) => a - b);
  const panes = h("div", { class: "compare" });
  const said = h("p", { class: "quiet", role: "status" });
  const choosers = [0, 1].map((side) =>
    h("div", { class: "criteria", role: "group", "aria-label": side === 0 ? "First completion" : "Second completion" }, ...task.completions.map((_, position) => h("button", { type: "button", class: "criterion", onclick: () => choose(side, position) }, letter(position)))),
  );
  /** @type {HTMLElement[]} */ let marks = [];
  let at = -1;
  /** @param {number} side @param {number} position */
  const choose = (side, position) => {
    // Choosing the other one's letter swaps the two.
    pair = pair[1 - side] === position ? [pair[1], pair[0]] : pair.map((old, i) => (i === side ? position : old));
    show();
  };
  /** @param {1 | -1} step */
  const go = (step) => {
    if (marks.length === 0) return;
    marks[at]?.classList.remove("here");
    at = (at + step + marks.length) % marks.length;
    marks[at].classList.add("here");
    marks[at].scrollIntoView({ block: "center" });
    said.textContent = `Difference ${at + 1} of ${marks.length}: “${marks[at].textContent}”`;
  };
  const show = () => {
    const bodies = pair.map((position) => plainBody(task.completions[position]));
    const [a, b] = bodies.map(wordsOf);
    const found = changes(a, b);
    const firsts = [mark(bodies[0], found.map((c) => [c.a, c.aEnd]), "del"), mark(bodies[1], found.map((c) => [c.b, c.bEnd]), "ins")];
    [marks, at] = [firsts.flat(), -1];
    const names = pair.map(letter);
    const only = [found.reduce((sum, c) => sum + c.aEnd - c.a, 0), found.reduce((sum, c) => sum + c.bEnd - c.b, 0)];
    said.textContent = found.length === 0 ? `${names[0]} and ${names[1]} have the same words.` : `Only in ${names[0]}: ${only[0]} of ${a.length} words. Only in ${names[1]}: ${only[1]} of ${b.length}.`;
    const boxes = bodies.map((body, i) => h("section", { class: "compare-pane", tabindex: 0, "aria-label": `Completion ${names[i]}`, lang: task.language || null }, h("p", { class: "letter", "aria-hidden": "true" }, names[i]), body));
    panes.replaceChildren(...boxes);
    scrollTogether(boxes);
    choosers.forEach((chooser, side) => [...chooser.children].forEach((button, position) => button.setAttribute("aria-pressed", String(pair[side] === position))));
  };
  show();
  const step = h("div", { class: "buttons" }, h("button", { type: "button", class: "button", onclick: () => go(-1) }, "Previous ", h("kbd", {}, "P")), h("button", { type: "button", class: "button", onclick: () => go(1) }, "Next difference ", h("kbd", {}, "N")));
  const dialog = open("What differs", h("div", { class: "compare-line" }, ...(count > 2 ? choosers : []), said), panes, closing(() => dialog, step));
  dialog.classList.add("wide");
  dialog.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || (event.code !== "KeyN" && event.code !== "KeyP")) return;
    event.preventDefault();
    go(event.code === "KeyN" ? 1 : -1);
  });
}
