// Writes the completion that a good assistant would give.
import { h } from "./dom.js";
import { readDraft, writeDraft } from "./draft.js";

export class DemonstrationTask {
  #text;
  #count = h("span", { class: "quiet", "aria-live": "off" });
  #question;
  summary = this.#count;
  canUndo = false;
  started = false;
  element;

  /**
   * @param {import("./types.js").TaskView} task
   * @param {string} draft
   * @param {() => void} changed
   */
  constructor(task, draft, changed) {
    this.#question = task.questions[0];
    this.#text = /** @type {HTMLTextAreaElement} */ (h("textarea", { id: "demonstration", rows: 12, spellcheck: "true", "aria-describedby": "demonstration-hint" }));
    this.#text.value = readDraft(draft)?.text ?? "";
    this.#text.addEventListener("input", () => {
      writeDraft(draft, { text: this.#text.value });
      this.#show();
      changed();
    });
    this.element = h(
      "section",
      { class: "demonstration", "aria-label": "Your answer" },
      h("label", { for: "demonstration" }, h("h2", {}, this.#question.name)),
      h("p", { id: "demonstration-hint", class: "quiet" }, this.#question.guideline || "Write the answer that you would like the assistant to give. Markdown is fine."),
      this.#text,
    );
    this.#show();
  }

  focus() {
    this.#text.focus({ preventScroll: true });
  }

  missing() {
    return this.#text.value.trim() === "" ? "Write an answer first" : null;
  }

  goToMissing() {
    this.focus();
  }

  answers() {
    return { [this.#question.key]: { kind: "text", text: this.#text.value } };
  }

  /** Undo in the text belongs to the browser (Ctrl+Z). */
  undo() {}

  key() {
    return false;
  }

  #show() {
    const words = this.#text.value.trim().split(/\s+/).filter(Boolean).length;
    this.#count.textContent = `${words} ${words === 1 ? "word" : "words"} · ${this.#text.value.length} characters`;
  }
}
