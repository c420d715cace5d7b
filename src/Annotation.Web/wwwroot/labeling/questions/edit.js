// Improve one of the completions: its text is taken into a field below it; the original stays readable above.
import { h, letter } from "../dom.js";
import { press, Question, toggle } from "./question.js";
import { count, field, put, tooLongOrShort } from "./text.js";

const longest = 100_000;

export class Edit extends Question {
  /** The completion that is edited. @type {string | null} */ of = null;
  /** What was written for each completion, so that a change of mind loses nothing. @type {Record<string, string>} */ texts = {};

  /** @param {import("../types.js").QuestionRow} row @param {import("../types.js").Desk} desk */
  constructor(row, desk) {
    super(row, desk);
    this.element.append(this.guideline() ?? h("p", { class: "quiet criterion-hint" }, "Pick the completion that is closest to a good one, and make it good."));
  }

  get answered() {
    return this.of !== null;
  }

  get progress() {
    return this.of === null ? "" : letter(this.ids.indexOf(this.of));
  }

  missing() {
    if (this.of === null) return this.row.required === false ? null : `${this.name}: pick a completion to improve`;
    const text = this.#text();
    return tooLongOrShort(text, "The edited completion", this.row.minLength ?? 1, longest) ?? (this.desk.task.completions.some((c) => c.text === text) ? `${this.name}: the text is still the same; change it` : null);
  }

  value() {
    return { kind: "edit", of: this.of, text: this.#text() };
  }

  draft() {
    return { of: this.of, texts: this.texts };
  }

  /** @param {Record<string, any> | null | undefined} value */
  restore(value) {
    this.of = this.ids.includes(value?.of) ? value?.of : null;
    this.texts = value?.texts ?? (this.of === null ? {} : { [this.of]: value?.text ?? "" });
  }

  focus() {
    const area = this.of === null ? null : this.desk.feet[this.ids.indexOf(this.of)].querySelector("textarea");
    if (!area) return this.desk.focusCard();
    area.focus({ preventScroll: true });
    area.scrollIntoView({ block: "nearest" });
  }

  /** @param {number} position */
  foot(position) {
    const id = this.ids[position];
    const area = field({ rows: 8, hidden: true, "aria-label": `Your version of completion ${letter(position)}` }, (text) => {
      this.texts = { ...this.texts, [id]: text };
      this.desk.changed({ text: true });
    });
    const chosen = toggle("Improve this one", this.desk.hint("write"), () => this.#choose(position), { tabindex: -1 }, letter(position));
    return h("div", { class: "editing" }, h("div", { class: "ranks" }, chosen), area, h("span", { class: "quiet counted", "aria-live": "off" }));
  }

  /** @param {number} position */
  badge(position) {
    const edited = this.ids[position] === this.of;
    return { text: edited ? "✎" : "–", set: edited, says: edited ? "being improved" : "not improved" };
  }

  show() {
    this.desk.feet.forEach((foot, i) => {
      const edited = this.ids[i] === this.of;
      const area = /** @type {HTMLTextAreaElement} */ (foot.querySelector("textarea"));
      press(/** @type {Element} */ (foot.querySelector(".toggle")), edited);
      area.hidden = !edited;
      if (edited) put(area, this.#text());
      /** @type {HTMLElement} */ (foot.querySelector(".counted")).textContent = edited ? count(this.#text(), this.row.minLength ?? 1) : "";
    });
  }

  /** @param {string} action */
  key(action) {
    const digit = /^digit([1-9])$/.exec(action);
    if (digit && Number(digit[1]) <= this.ids.length) this.#choose(Number(digit[1]) - 1, true);
    else if (action === "write") this.#choose(this.desk.focused, true);
    else if (action === "clear") {
      this.of = null;
      this.desk.changed();
    } else return false;
    return true;
  }

  describe() {
    return this.of === null ? "" : `${this.name}: improving ${letter(this.ids.indexOf(this.of))}.`;
  }

  summary() {
    return this.of === null ? null : h("p", { class: "short", "aria-hidden": "true" }, `✎ ${letter(this.ids.indexOf(this.of))}`);
  }

  #text() {
    return this.of === null ? "" : (this.texts[this.of] ?? this.desk.task.completions.find((c) => c.id === this.of)?.text ?? "");
  }

  /** @param {number} position @param {boolean} [keep] choosing the same again only goes to its field */
  #choose(position, keep = false) {
    const id = this.ids[position];
    const of = this.of === id && !keep ? null : id;
    if (of !== this.of) {
      this.of = of;
      this.desk.changed();
    }
    this.focus();
  }
}
