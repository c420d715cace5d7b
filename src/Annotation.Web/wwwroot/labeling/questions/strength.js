// Which of two is better, and by how much: one row of steps from A to B; digits go to a step, arrows move along.
import { h, letter } from "../dom.js";
import { Comparison } from "./comparison.js";
import { press } from "./question.js";

export class Strength extends Comparison {
  /** Negative: A is better by so many steps; positive: B; 0: a tie. @type {number | null} */ at = null;
  #scale;
  #places;

  /** @param {import("../types.js").QuestionRow} row @param {import("../types.js").Desk} desk */
  constructor(row, desk) {
    super(row, desk);
    const most = row.steps?.length ?? 3;
    this.#places = Array.from({ length: 2 * most + 1 }, (_, i) => i - most).filter((at) => at !== 0 || row.allowTie !== false);
    this.#scale = h("div", { class: "scale", role: "group", "aria-label": this.name }, ...this.#places.map((at, i) => this.#step(at, i)));
    this.element.insertBefore(this.#scale, this.buttons);
  }

  get ordered() {
    return this.at !== null;
  }

  missingOrder() {
    return this.at === null ? `${this.name}: say which is better` : null;
  }

  order() {
    if (this.at === null) return this.noOrder();
    return this.at === 0 ? { preferred: null, strength: 0 } : { preferred: this.ids[this.at < 0 ? 0 : 1], strength: Math.abs(this.at) };
  }

  noOrder() {
    return { preferred: null, strength: null };
  }

  /** @param {Record<string, any> | null | undefined} value */
  restore(value) {
    super.restore(value);
    const strength = value?.strength;
    const at = typeof strength !== "number" ? null : value?.preferred === this.ids[0] ? -strength : value?.preferred === this.ids[1] ? strength : strength === 0 ? 0 : null;
    this.at = at !== null && this.#places.includes(at) ? at : null;
  }

  /** @param {number} position */
  badge(position) {
    const better = this.at !== null && (position === 0 ? this.at < 0 : this.at > 0);
    const tie = this.at === 0;
    return { text: tie ? "=" : better ? "1" : this.at === null ? "–" : "2", set: this.at !== null, says: tie ? "equally good" : better ? this.#says() : this.at === null ? "not judged" : "not preferred" };
  }

  show() {
    super.show();
    [...this.#scale.children].forEach((button, i) => press(button, this.#places[i] === this.at));
  }

  /** @param {string} action @param {KeyboardEvent} event */
  key(action, event) {
    const digit = /^digit([1-9])$/.exec(action);
    const now = this.at === null ? -1 : this.#places.indexOf(this.at);
    if (digit && Number(digit[1]) <= this.#places.length) this.#choose(this.#places[Number(digit[1]) - 1]);
    else if (action === "next" || action === "previous") {
      // The first arrow says which side is better, the slightest step; each further one says more.
      const from = now >= 0 ? now : action === "next" ? this.#places.findIndex((at) => at > 0) - 1 : this.#places.findLastIndex((at) => at < 0) + 1;
      const to = from + (action === "next" ? 1 : -1);
      if (to >= 0 && to < this.#places.length) this.#choose(this.#places[to]);
    } else if (action === "tie" && this.row.allowTie !== false) this.#choose(0);
    else if (action === "clear") this.#choose(null);
    else return super.key(action, event);
    return true;
  }

  describe() {
    return `${this.name}: ${this.at === null ? "not judged yet" : this.#says()}.${this.describeMarks()}`;
  }

  summary() {
    return this.at === null || this.incomparable ? null : h("p", { class: "short", "aria-hidden": "true" }, this.#says());
  }

  #says() {
    if (this.at === null) return "";
    return this.at === 0 ? "equally good" : `${letter(this.at < 0 ? 0 : 1)}: ${(this.row.steps?.[Math.abs(this.at) - 1] ?? "").toLowerCase()}`;
  }

  /** @param {number} at @param {number} index */
  #step(at, index) {
    const name = at === 0 ? "Equal" : (this.row.steps?.[Math.abs(at) - 1] ?? String(Math.abs(at)));
    const side = at === 0 ? "" : letter(at < 0 ? 0 : 1);
    const hint = this.desk.hint(`digit${index + 1}`);
    return h(
      "button",
      { type: "button", class: `step ${at < 0 ? "left" : at > 0 ? "right" : "middle"}`, "aria-pressed": "false", onclick: () => this.#choose(at) },
      side ? h("strong", {}, side) : h("strong", {}, "="),
      h("span", {}, name),
      index < 9 && hint ? h("kbd", { "aria-hidden": "true" }, hint) : null,
    );
  }

  /** @param {number | null} at */
  #choose(at) {
    if (at === this.at && !this.incomparable) return;
    this.at = at;
    this.changedOrder();
  }
}
