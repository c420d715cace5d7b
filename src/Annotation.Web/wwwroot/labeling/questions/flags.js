// Mark what is wrong with each completion: a digit flips the flag of that number on the focused one.
import { h, letter } from "../dom.js";
import { press, Question, toggle } from "./question.js";

export class Flags extends Question {
  /** @type {Record<string, string[]>} */ flags = {};
  #touched = false;
  #choices;

  /** @param {import("../types.js").QuestionRow} row @param {import("../types.js").Desk} desk */
  constructor(row, desk) {
    super(row, desk);
    this.#choices = row.choices ?? [];
    const meanings = this.#choices.filter((choice) => choice.guideline).map((choice) => h("li", {}, h("strong", {}, `${choice.name}: `), choice.guideline));
    this.element.append(...[this.guideline(), meanings.length > 0 ? h("ul", { class: "quiet meanings" }, ...meanings) : null].filter((part) => part !== null));
  }

  /** To mark nothing is an answer where the question must be answered: it says that nothing is wrong. */
  get answered() {
    return this.#touched || this.row.required !== false;
  }

  get progress() {
    const count = Object.values(this.flags).flat().length;
    return count > 0 ? String(count) : "none";
  }

  value() {
    return { kind: "flags", flags: Object.fromEntries(Object.entries(this.flags).filter(([, keys]) => keys.length > 0)) };
  }

  /** @param {Record<string, any> | null | undefined} value */
  restore(value) {
    const offered = new Set(this.#choices.map((choice) => choice.key));
    this.flags = Object.fromEntries(Object.entries(value?.flags ?? {}).filter(([id]) => this.ids.includes(id)).map(([id, keys]) => [id, keys.filter((/** @type {string} */ key) => offered.has(key))]));
    this.#touched = Object.values(this.flags).some((keys) => keys.length > 0);
  }

  /** @param {number} position */
  foot(position) {
    const buttons = this.#choices.map((choice, i) =>
      toggle(choice.name, this.desk.hint(`digit${i + 1}`), () => this.#flip(position, i), { tabindex: -1, class: "toggle flag", title: choice.guideline || null }, letter(position)),
    );
    return h("div", { class: "ranks" }, ...buttons);
  }

  /** @param {number} position */
  badge(position) {
    const keys = this.flags[this.ids[position]] ?? [];
    const names = this.#choices.filter((choice) => keys.includes(choice.key)).map((choice) => choice.name);
    return { text: keys.length > 0 ? `⚑${keys.length > 1 ? keys.length : ""}` : "–", set: keys.length > 0, says: names.length > 0 ? `flagged ${names.join(", ")}` : "no flags" };
  }

  show() {
    this.desk.feet.forEach((foot, i) => foot.querySelectorAll(".toggle").forEach((button, at) => press(button, (this.flags[this.ids[i]] ?? []).includes(this.#choices[at].key))));
  }

  /** @param {string} action */
  key(action) {
    const digit = /^digit([1-9])$/.exec(action);
    if (digit && Number(digit[1]) <= this.#choices.length) this.#flip(this.desk.focused, Number(digit[1]) - 1);
    else if (action === "clear") {
      this.flags = { ...this.flags, [this.ids[this.desk.focused]]: [] };
      this.#changed();
    } else return false;
    return true;
  }

  describe() {
    const marked = this.ids.map((_, i) => `${letter(i)} ${this.badge(i).says}`).filter((_, i) => (this.flags[this.ids[i]] ?? []).length > 0);
    return `${this.name}: ${marked.length > 0 ? marked.join("; ") : "nothing flagged"}.`;
  }

  summary() {
    const marked = this.ids.filter((id) => (this.flags[id] ?? []).length > 0);
    return marked.length > 0 ? h("p", { class: "short", "aria-hidden": "true" }, `⚑ ${marked.map((id) => letter(this.ids.indexOf(id))).join(", ")}`) : null;
  }

  /** @param {number} position @param {number} choice */
  #flip(position, choice) {
    const id = this.ids[position];
    const key = this.#choices[choice].key;
    const now = this.flags[id] ?? [];
    this.flags = { ...this.flags, [id]: now.includes(key) ? now.filter((k) => k !== key) : [...now, key] };
    this.#changed();
    this.desk.focusCard(position);
  }

  #changed() {
    this.#touched = true;
    this.desk.changed();
  }
}
