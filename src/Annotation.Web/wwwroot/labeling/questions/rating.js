// Grade each completion: a digit grades the focused one and goes on to the next without a grade.
import { h, letter } from "../dom.js";
import { press, Question } from "./question.js";

export class Rating extends Question {
  /** @type {Record<string, number>} */ ratings = {};
  #max;

  /** @param {import("../types.js").QuestionRow} row @param {import("../types.js").Desk} desk */
  constructor(row, desk) {
    super(row, desk);
    this.#max = row.max ?? 7;
    const ends = row.minLabel || row.maxLabel ? h("p", { class: "quiet ends" }, `1: ${row.minLabel || "worst"}`, h("span", { "aria-hidden": "true" }, " … "), `${this.#max}: ${row.maxLabel || "best"}`) : null;
    this.element.append(...[this.guideline(), ends].filter((part) => part !== null));
  }

  get answered() {
    return Object.keys(this.ratings).length > 0;
  }

  get progress() {
    return `${Object.keys(this.ratings).length}/${this.ids.length}`;
  }

  missing() {
    const open = this.ids.filter((id) => this.ratings[id] === undefined);
    return open.length === 0 ? null : open.length === this.ids.length ? `${this.name} is still to be graded` : `${this.name}: grade ${open.map((id) => letter(this.ids.indexOf(id))).join(", ")} as well`;
  }

  goToMissing() {
    this.desk.focusCard(Math.max(0, this.ids.findIndex((id) => this.ratings[id] === undefined)));
  }

  value() {
    return { kind: "rating", ratings: { ...this.ratings } };
  }

  /** @param {Record<string, any> | null | undefined} value */
  restore(value) {
    this.ratings = Object.fromEntries(Object.entries(value?.ratings ?? {}).filter(([id]) => this.ids.includes(id)));
  }

  /** @param {number} position */
  foot(position) {
    const grades = Array.from({ length: this.#max }, (_, i) =>
      h("button", { type: "button", class: "rank", tabindex: -1, "aria-label": `Grade ${letter(position)} ${i + 1} of ${this.#max}`, onclick: () => this.#grade(position, i + 1) }, String(i + 1)),
    );
    return h("div", { class: "ranks grades" }, ...grades);
  }

  /** @param {number} position */
  badge(position) {
    const grade = this.ratings[this.ids[position]];
    return { text: grade === undefined ? "–" : String(grade), set: grade !== undefined, says: grade === undefined ? "not graded" : `grade ${grade} of ${this.#max}` };
  }

  show() {
    this.desk.feet.forEach((foot, i) => foot.querySelectorAll(".rank").forEach((button, at) => press(button, at + 1 === this.ratings[this.ids[i]])));
  }

  /** @param {string} action */
  key(action) {
    const digit = /^digit([0-9])$/.exec(action);
    const grade = digit ? Number(digit[1]) || 10 : 0;
    if (digit && grade <= this.#max) this.#grade(this.desk.focused, grade, true);
    else if (action === "clear") this.#grade(this.desk.focused, undefined);
    else if (action === "up" || action === "down") {
      const now = this.ratings[this.ids[this.desk.focused]] ?? 0;
      this.#grade(this.desk.focused, Math.min(this.#max, Math.max(1, now + (action === "up" ? 1 : -1))));
    } else return false;
    return true;
  }

  describe() {
    const graded = this.ids.filter((id) => this.ratings[id] !== undefined).map((id) => `${letter(this.ids.indexOf(id))}: ${this.ratings[id]}`);
    return `${this.name}: ${graded.length > 0 ? graded.join("; ") : "nothing graded yet"}.`;
  }

  summary() {
    return this.answered ? h("p", { class: "short", "aria-hidden": "true" }, this.ids.map((id) => `${letter(this.ids.indexOf(id))} ${this.ratings[id] ?? "–"}`).join(" · ")) : null;
  }

  /** @param {number} position @param {number | undefined} grade @param {boolean} [goOn] */
  #grade(position, grade, goOn = false) {
    const id = this.ids[position];
    const { [id]: _, ...rest } = this.ratings;
    this.ratings = grade === undefined ? rest : { ...rest, [id]: grade };
    this.desk.changed();
    const after = this.ids.map((_, i) => (position + 1 + i) % this.ids.length).find((i) => this.ratings[this.ids[i]] === undefined);
    this.desk.focusCard(goOn && after !== undefined ? after : position);
  }
}
