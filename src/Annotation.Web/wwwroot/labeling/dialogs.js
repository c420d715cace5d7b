import { h } from "./dom.js";
import { actions, chord } from "./keys.js";

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
export function open(title, ...content) {
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

/** A row with the button that closes a dialog. @param {() => HTMLDialogElement} dialog @param {...Node} before */
export const closing = (dialog, ...before) => h("div", { class: "actions" }, ...before, h("button", { type: "button", class: "button primary", autofocus: true, onclick: () => dialog().close() }, "Close"));

/**
 * All keys, each of which can be changed: press "Change", then the new key.
 * @param {import("./keys.js").Keys} keys
 * @param {() => Promise<string | null>} changed keeps what was chosen; resolves to why it could not be kept
 */
export function showKeys(keys, changed) {
  const said = h("p", { class: "quiet", role: "status" }, "Keys go by their place on the keyboard, whatever is printed on them.");
  const list = h("div", { class: "keys" });
  const tell = async () => {
    show();
    said.textContent = (await changed()) ?? "Kept.";
  };
  /** @param {string} action */
  const change = (action) => {
    said.textContent = `Press the new key for “${actions[action].says}”; Esc keeps the old one.`;
    const listen = (/** @type {KeyboardEvent} */ event) => {
      if (/^(Shift|Control|Alt|Meta)/.test(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      removeEventListener("keydown", listen, true);
      if (event.key === "Escape") return void (said.textContent = "Nothing changed.");
      const taken = keys.choose(action, chord(event));
      if (taken) said.textContent = `${keys.label(chord(event))} is the key for “${actions[taken].says}”; change that one first.`;
      else void tell();
    };
    addEventListener("keydown", listen, true);
    dialog.addEventListener("close", () => removeEventListener("keydown", listen, true), { once: true });
  };
  const show = () => {
    const groups = Map.groupBy(Object.keys(actions), (action) => actions[action].group);
    list.replaceChildren(
      ...[...groups].map(([group, names]) =>
        h(
          "section",
          {},
          h("h3", {}, group),
          h("dl", {}, ...names.filter((action) => keys.of(action).length > 0).map((action) => row(action))),
        ),
      ),
    );
  };
  /** @param {string} action */
  const row = (action) =>
    h(
      "div",
      {},
      h("dt", {}, ...keys.of(action).slice(0, 2).map((key) => h("kbd", {}, keys.label(key)))),
      h("dd", {}, actions[action].says),
      h("dd", {}, h("button", { type: "button", class: "button bare", "aria-label": `Change the key for: ${actions[action].says}`, onclick: () => change(action) }, "Change")),
    );
  show();
  const reset = h("button", { type: "button", class: "button", onclick: () => (keys.use({}), void tell()) }, "Usual keys");
  const dialog = open("Keys", said, list, closing(() => dialog, reset));
  // The button that closes it has the focus, but is below what one came to read.
  dialog.scrollTop = 0;
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
