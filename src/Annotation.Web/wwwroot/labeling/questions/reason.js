// Say why, in words, by tags or both: digits flip tags while nobody writes.
import { h } from "../dom.js";
import { press, Question, toggle } from "./question.js";
import { count, field, put, tooLongOrShort } from "./text.js";

export class Reason extends Question {
  text = "";
  /** @type {string[]} */ tags = [];
  #area;
  #buttons;
  #count = h("span", { class: "quiet", "aria-live": "off" });

  /** @param {import("../types.js").QuestionRow} row @param {import("../types.js").Desk} desk */
  constructor(row, desk) {
    super(row, desk);
    this.#area = field({ rows: 3, "aria-label": this.name, placeholder: (row.minLength ?? 0) > 0 ? `In words, at least ${row.minLength} characters` : row.tags?.length ? "In words, if the tags do not say it" : "Say why" }, (text) => {
      this.text = text;
      this.desk.changed({ text: true });
    });
    this.#buttons = (row.tags ?? []).map((tag, i) => toggle(tag.name, this.desk.hint(`digit${i + 1}`), () => this.#flip(i), { title: tag.guideline || null }));
    this.element.append(...[this.guideline(), this.#buttons.length > 0 ? h("div", { class: "buttons" }, ...this.#buttons) : null, this.#area, this.#count].filter((part) => part !== null));
  }

  get answered() {
    return this.text.trim() !== "" || this.tags.length > 0;
  }

  missing() {
    const min = this.row.minLength ?? 0;
    const problem = tooLongOrShort(this.text, this.name, min, this.row.maxLength ?? 10_000);
    if (problem) return problem;
    return this.row.required !== false && !this.answered ? `${this.name}: say why${this.#buttons.length > 0 ? ", in words or by a tag" : ""}` : null;
  }

  value() {
    return { kind: "reason", text: this.text, tags: [...this.tags] };
  }

  /** @param {Record<string, any> | null | undefined} value */
  restore(value) {
    const offered = (this.row.tags ?? []).map((tag) => tag.key);
    this.text = value?.text ?? "";
    this.tags = (value?.tags ?? []).filter((/** @type {string} */ tag) => offered.includes(tag));
  }

  focus() {
    this.#area.focus({ preventScroll: true });
  }

  show() {
    put(this.#area, this.text);
    this.#buttons.forEach((button, i) => press(button, this.tags.includes(this.row.tags?.[i].key ?? "")));
    this.#count.textContent = count(this.text, this.row.minLength ?? 0);
  }

  /** @param {string} action */
  key(action) {
    const digit = /^digit([1-9])$/.exec(action);
    if (digit && Number(digit[1]) <= this.#buttons.length) this.#flip(Number(digit[1]) - 1);
    else if (action === "write") this.focus();
    else return false;
    return true;
  }

  describe() {
    const names = (this.row.tags ?? []).filter((tag) => this.tags.includes(tag.key)).map((tag) => tag.name);
    return names.length > 0 ? `${this.name}: ${names.join(", ")}.` : "";
  }

  /** @param {number} index */
  #flip(index) {
    const key = this.row.tags?.[index].key ?? "";
    this.tags = this.tags.includes(key) ? this.tags.filter((tag) => tag !== key) : [...this.tags, key];
    this.desk.changed();
  }
}
