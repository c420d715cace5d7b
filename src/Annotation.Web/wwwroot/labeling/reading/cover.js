// Content that may upset stays blurred, and unread by screen readers, until the labeler reveals it.
import { h, prose } from "../dom.js";

const names = { violence: "violence and injury", sexual: "sexual content", "self-harm": "self-harm and suicide", hate: "hate and slurs", harassment: "harassment and threats", children: "harm to children", drugs: "drugs", crime: "crime and weapons" };

/** @typedef {import("../types.js").TaskView} TaskView */

/** Tasks that were revealed while the page is open. @type {Set<string>} */
const revealed = new Set();

/** @param {string} project */
const storage = (project) => `annotation/reveal/${project}`;

/** Whether a task is to be blurred now. @param {TaskView} task */
export function isCovered(task) {
  if (revealed.has(task.assignmentId)) return false;
  const always = sessionStorage.getItem(storage(task.project));
  if ((task.contentFlags ?? []).length > 0) return always !== "all";
  return Boolean(task.contentWarningHtml) && always === null;
}

/** What is said instead, with the way to reveal; null when nothing is covered. @param {TaskView} task @returns {HTMLElement | null} */
export function cover(task) {
  if (!isCovered(task)) return null;
  const flags = task.contentFlags ?? [];
  const all = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox" }));
  const said = flags.length > 0 ? `This task may show ${flags.map((flag) => names[flag] ?? flag).join(", ")}.` : "This project may show content that upsets.";
  return h(
    "div",
    { class: "cover", role: "note" },
    h("p", {}, h("strong", {}, said)),
    task.contentWarningHtml ? prose(task.contentWarningHtml) : null,
    h("div", { class: "cover-line" }, h("button", { type: "button", class: "button primary reveal", onclick: () => reveal(task, all.checked) }, "Reveal ", h("kbd", {}, "R")), flags.length > 0 ? h("label", {}, all, " all such tasks in this tab") : null),
    h("p", { class: "quiet" }, "You can skip it, or ", h("a", { href: "/settings" }, "not get such tasks"), "; neither counts against you."),
  );
}

/** @param {TaskView} task @param {boolean} [all] those that come after it too; false when there was nothing to reveal */
export function reveal(task, all = false) {
  if (!isCovered(task)) return false;
  revealed.add(task.assignmentId);
  if (all || (task.contentFlags ?? []).length === 0) sessionStorage.setItem(storage(task.project), all ? "all" : "warned");
  for (const element of document.querySelectorAll(".covered")) {
    element.classList.remove("covered");
    element.removeAttribute("inert");
  }
  document.querySelectorAll(".cover").forEach((element) => element.remove());
  if (document.activeElement === document.body) document.querySelector("article.card, .question textarea")?.focus();
  return true;
}

/** Blurs an element if its task is covered. @param {HTMLElement} element @param {TaskView} task */
export function covered(element, task) {
  if (isCovered(task)) {
    element.classList.add("covered");
    element.setAttribute("inert", "");
  }
  return element;
}
