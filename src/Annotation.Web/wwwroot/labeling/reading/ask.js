// A question to the engineers about the task on the desk; the answer comes to the labeler's inbox.
import { open } from "../dialogs.js";
import { h } from "../dom.js";
import { post } from "../server.js";

/** @param {import("../types.js").TaskView} task */
export function askEngineers(task) {
  const kept = `annotation/ask/${task.assignmentId}`;
  const field = /** @type {HTMLTextAreaElement} */ (h("textarea", { id: "question-to-engineers", rows: 5, maxlength: 10_000, dir: "auto", autofocus: true }));
  field.value = localStorage.getItem(kept) ?? "";
  field.addEventListener("input", () => localStorage.setItem(kept, field.value));
  const said = h("p", { class: "notice warn", role: "alert", hidden: true });
  const send = /** @type {HTMLButtonElement} */ (h("button", { type: "submit", class: "button primary" }, "Send"));
  const form = h(
    "form",
    {
      class: "stack",
      onsubmit: async (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        const result = await post(`/api/labeling/assignments/${task.assignmentId}/ask`, { text: field.value });
        if (result.kind === "value") {
          localStorage.removeItem(kept);
          form.replaceChildren(h("p", { role: "status" }, "Sent. The answer comes to your inbox; go on with this task or skip it."), h("div", { class: "actions" }, h("button", { type: "button", class: "button primary", autofocus: true, onclick: () => dialog.close() }, "Close")));
          /** @type {HTMLElement} */ (form.querySelector("button")).focus();
          return;
        }
        said.textContent = result.kind === "refused" ? result.sentence : result.kind === "signedOut" ? "You are signed out. Sign in again; your question is kept here." : "No connection. Your question is kept here; send it again later.";
        said.hidden = false;
      },
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
        event.preventDefault();
        send.click();
      },
    },
    said,
    h("div", { class: "field" }, h("label", { for: "question-to-engineers" }, "What is unclear?"), field, h("span", { class: "hint" }, "The engineers see this task with your question. Markdown is fine.")),
    h("div", { class: "actions" }, h("button", { type: "button", class: "button", onclick: () => dialog.close() }, "Not now"), send),
  );
  const dialog = open("Ask the engineers", form);
}
