import { h, prose } from "./dom.js";

const keys = [
  ["← → ↑ ↓", "go to another completion"],
  ["1 – 9", "give the focused completion that rank; the same rank twice is a tie"],
  ["Alt + ↑ ↓", "move it one place up or down"],
  ["=", "tie it with the one above"],
  ["0", "take its rank away"],
  ["Tab  [  ]", "next or previous criterion"],
  ["Enter", "submit (Ctrl + Enter while writing)"],
  ["S", "skip, with a reason"],
  ["U", "undo the last change"],
  ["G", "guideline"],
  ["?", "these keys"],
];

const reasons = [
  "I do not understand the prompt",
  "The completions are broken or empty",
  "All completions are equally unusable",
  "Harmful or private content",
  "I lack the knowledge to judge this",
];

/**
 * Opens a dialog and gives the focus back when it closes.
 * @param {string} title
 * @param {...Node} content
 * @returns {HTMLDialogElement}
 */
function open(title, ...content) {
  const dialog = /** @type {HTMLDialogElement} */ (h("dialog", { "aria-label": title }, h("h2", {}, title), ...content));
  const before = document.activeElement;
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** @param {() => HTMLDialogElement} dialog */
const closing = (dialog) => h("div", { class: "actions" }, h("button", { type: "button", class: "button primary", autofocus: true, onclick: () => dialog().close() }, "Close"));

export function showKeys() {
  const rows = keys.map(([key, does]) => h("div", {}, h("dt", {}, ...key.split(/\s+/).map((k) => (/^[–+]$/.test(k) ? ` ${k} ` : h("kbd", {}, k)))), h("dd", {}, does)));
  const dialog = open("Keys", h("dl", { class: "keys" }, ...rows), closing(() => dialog));
}

/** @param {string} html @param {number} version */
export function showGuideline(html, version) {
  const text = html ? prose(html) : h("p", { class: "quiet" }, "This project has no guideline yet.");
  const dialog = open(`Guideline (version ${version})`, text, closing(() => dialog));
}

/** Asks why a task is skipped. @param {(reason: string) => void} skip */
export function askReason(skip) {
  const other = /** @type {HTMLInputElement} */ (h("input", { type: "text", name: "other", maxlength: 500, "aria-label": "Another reason", placeholder: "Another reason, or more about it" }));
  const choices = reasons.map((reason, i) => h("label", {}, h("input", { type: "radio", name: "reason", value: reason, checked: i === 0 }), h("span", {}, reason)));
  const form = h(
    "form",
    {
      method: "dialog",
      class: "reasons",
      onsubmit: (/** @type {SubmitEvent} */ event) => {
        if (event.submitter?.getAttribute("value") === "cancel") return;
        const chosen = String(new FormData(/** @type {HTMLFormElement} */ (form)).get("reason"));
        dialog.close();
        skip(other.value.trim() ? `${chosen}: ${other.value.trim()}` : chosen);
      },
    },
    h("fieldset", {}, h("legend", { class: "quiet" }, "The task goes to somebody else, and you will not see it again."), ...choices),
    other,
    h(
      "div",
      { class: "actions" },
      h("button", { type: "button", class: "button", onclick: () => dialog.close() }, "Keep the task"),
      h("button", { type: "submit", class: "button primary", value: "skip" }, "Skip it"),
    ),
  );
  const dialog = open("Why skip this task?", form);
}
