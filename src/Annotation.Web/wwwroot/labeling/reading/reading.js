// How a conversation and a completion are shown to be read, and what the desk offers beside its questions.
import { h } from "../dom.js";
import { askEngineers } from "./ask.js";
import { makeScrollable, richBody } from "./body.js";
import { showDifference } from "./compare.js";
import { cover, covered, reveal } from "./cover.js";
import { foldable, toggleFold } from "./fold.js";
import { guidelineNews, showGuideline } from "./guideline.js";
import { applyView, nextLayout, toggleTogether, viewButtons } from "./view.js";

const roles = { system: "System", user: "User", assistant: "Assistant" };

/** The whole conversation so far. @param {import("../types.js").TaskView} task @returns {HTMLElement} */
export function conversation(task) {
  const turns = task.prompt.map((turn) => h("div", { class: `turn ${turn.role}` }, h("p", { class: "role" }, roles[turn.role] ?? turn.role), covered(richBody(turn), task)));
  const section = h("section", { class: "prompt", "aria-label": "Prompt", tabindex: 0 }, h("h2", { class: "visually-hidden" }, "Prompt"), guidelineNews(task), cover(task), ...turns);
  requestAnimationFrame(() => {
    // A long conversation opens at its end: that is what the completions answer.
    section.scrollTop = section.querySelector(".cover") ? 0 : section.scrollHeight;
    makeScrollable(/** @type {HTMLElement[]} */ ([...document.querySelectorAll(".prompt .prose, .card .prose")]));
    applyView();
  });
  return section;
}

/**
 * The text of one completion.
 * @param {import("../types.js").CompletionView} completion
 * @param {import("../types.js").TaskView} task
 * @returns {HTMLElement}
 */
export function completionBody(completion, task) {
  return foldable(covered(richBody(completion, "body"), task), completion.text);
}

/**
 * A key that belongs to reading (group "Read" in keys.js), not to a question.
 * @param {string} action
 * @param {import("../work.js").Work} work what is on the desk
 * @returns {boolean} whether it meant something
 */
export function readingKey(action, work) {
  const card = document.querySelectorAll(".cards > .card").length > 0 ? document.querySelector(`[data-completion="${work.task.completions[work.cards.focused]?.id}"]`) : null;
  const many = work.task.completions.length > 1;
  if (action === "guideline") showGuideline(work.task);
  else if (action === "ask") askEngineers(work.task);
  else if (action === "reveal") return reveal(work.task);
  else if (action === "fold") return card !== null && toggleFold(card);
  else if (action === "equalScroll" && many) toggleTogether();
  else if (action === "layout" && many) nextLayout();
  else if (action === "difference" && many && !document.querySelector(".cover")) showDifference(work.task, work.cards.focused);
  else return false;
  return true;
}

/**
 * Buttons for the line above the desk.
 * @param {() => import("../work.js").Work | null} work what is on the desk
 * @param {(action: string) => string} hint the key of an action, as printed
 * @returns {HTMLElement[]}
 */
export function tools(work, hint) {
  const act = (/** @type {string} */ action) => () => {
    const now = work();
    if (now) readingKey(action, now);
  };
  const button = (/** @type {string} */ text, /** @type {string} */ action, /** @type {Record<string, any>} */ attributes = {}) =>
    h("button", { type: "button", class: "button bare", onclick: act(action), ...attributes }, text, " ", h("kbd", { "aria-hidden": "true" }, hint(action)));
  return [
    ...viewButtons(act, hint),
    button("Differences", "difference", { "data-for": "many" }),
    button("Guideline", "guideline"),
    button("Ask", "ask"),
  ];
}
