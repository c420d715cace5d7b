// How a conversation and a completion are shown to be read, and what the desk offers beside its questions.
import { h, prose } from "../dom.js";
import { showGuideline } from "./guideline.js";

const roles = { system: "System", user: "User", assistant: "Assistant" };

/** The whole conversation so far. @param {import("../types.js").TaskView} task @returns {HTMLElement} */
export function conversation(task) {
  const turns = task.prompt.map((turn) => h("div", { class: `turn ${turn.role}` }, h("p", { class: "role" }, roles[turn.role] ?? turn.role), prose(turn.html)));
  return h("section", { class: "prompt", "aria-label": "Prompt", tabindex: 0 }, h("h2", { class: "visually-hidden" }, "Prompt"), ...turns);
}

/**
 * The text of one completion.
 * @param {import("../types.js").CompletionView} completion
 * @param {import("../types.js").TaskView} _task
 * @returns {HTMLElement}
 */
export function completionBody(completion, _task) {
  return prose(completion.html);
}

/**
 * A key that belongs to reading (group "Read" in keys.js), not to a question.
 * @param {string} action
 * @param {import("../work.js").Work} work what is on the desk
 * @returns {boolean} whether it meant something
 */
export function readingKey(action, work) {
  if (action !== "guideline") return false;
  showGuideline(work.task);
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
  return [h("button", { type: "button", class: "button bare", onclick: act("guideline") }, "Guideline ", h("kbd", {}, hint("guideline")))];
}
