// Pick the best completion: its number picks it.
import { h, letter } from "../dom.js";
import { Comparison } from "./comparison.js";
import { press, toggle } from "./question.js";

export class Best extends Comparison {
  /** @type {string | null} */ best = null;

  get ordered() {
    return this.best !== null;
  }

  missingOrder() {
    return this.best === null ? `${this.name}: pick the best` : null;
  }

  order() {
    return { best: this.best };
  }

  noOrder() {
    return { best: null };
  }

  /** @param {Record<string, any> | null | undefined} value */
  restore(value) {
    super.restore(value);
    this.best = this.ids.includes(value?.best) ? value?.best : null;
  }

  /** @param {number} position */
  foot(position) {
    return h("div", { class: "ranks" }, toggle("Best", this.desk.hint(`digit${position + 1}`), () => this.pick(position), { tabindex: -1 }, letter(position)));
  }

  /** @param {number} position */
  badge(position) {
    const best = this.ids[position] === this.best;
    return { text: best ? "1" : "–", set: best, says: best ? "the best" : "not picked" };
  }

  show() {
    super.show();
    this.desk.feet.forEach((foot, i) => press(/** @type {Element} */ (foot.querySelector(".toggle")), this.ids[i] === this.best));
  }

  /** @param {string} action @param {KeyboardEvent} event */
  key(action, event) {
    const digit = /^digit([1-9])$/.exec(action);
    const position = digit ? Number(digit[1]) - 1 : this.desk.focused;
    if ((digit && position < this.ids.length) || action === "best") this.pick(position);
    else if (action === "clear") {
      this.best = null;
      this.changedOrder();
    } else return super.key(action, event);
    return true;
  }

  describe() {
    return `${this.name}: ${this.best === null ? "nothing picked yet" : `${letter(this.ids.indexOf(this.best))} is the best`}.${this.describeMarks()}`;
  }

  summary() {
    return this.best === null || this.incomparable ? null : h("ol", { class: "order", "aria-hidden": "true" }, h("li", {}, h("span", {}, letter(this.ids.indexOf(this.best)))), h("li", {}, h("span", {}, "…")));
  }

  /** @param {number} position */
  pick(position) {
    this.best = this.ids[position];
    this.changedOrder();
    this.desk.focusCard(position);
  }
}
