// Write the completion that a good assistant would give.
import { h } from "../dom.js";
import { Question } from "./question.js";
import { count, field, put, tooLongOrShort } from "./text.js";

export class Demonstration extends Question {
  text = "";
  #area;
  #count = h("span", { class: "quiet", "aria-live": "off" });

  /** @param {import("../types.js").QuestionRow} row @param {import("../types.js").Desk} desk */
  constructor(row, desk) {
    super(row, desk);
    const id = `text-${row.key}`;
    this.#area = field({ id, rows: 12, "aria-describedby": `${id}-hint` }, (text) => {
      this.text = text;
      this.desk.changed({ text: true });
    });
    const hint = this.guideline() ?? h("p", { class: "quiet" }, "Write the answer that you would like the assistant to give. Markdown is fine.");
    hint.id = `${id}-hint`;
    this.element.append(h("label", { for: id }, h("h2", {}, this.name)), hint, this.#area);
  }

  get writes() {
    return true;
  }

  get answered() {
    return this.text.trim() !== "";
  }

  missing() {
    return this.text.trim() === "" ? "Write an answer first" : tooLongOrShort(this.text, "The answer", this.row.minLength ?? 1, this.row.maxLength ?? 100_000);
  }

  value() {
    return { kind: "text", text: this.text };
  }

  /** @param {Record<string, any> | null | undefined} value */
  restore(value) {
    this.text = value?.text ?? "";
  }

  focus() {
    this.#area.focus({ preventScroll: true });
  }

  show() {
    put(this.#area, this.text);
    this.#count.textContent = count(this.text, this.row.minLength ?? 1);
  }

  /** @param {string} action */
  key(action) {
    if (action !== "write") return false;
    this.focus();
    return true;
  }

  summary() {
    return this.#count;
  }
}
