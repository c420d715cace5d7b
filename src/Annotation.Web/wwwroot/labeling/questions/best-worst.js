// Pick the best and the worst of many: a number picks the best, with Shift the worst.
import { h, letter } from "../dom.js";
import { Comparison } from "./comparison.js";
import { press, toggle } from "./question.js";

export class BestWorst extends Comparison {
  /** @type {string | null} */ best = null;
  /** @type {string | null} */ worst = null;

  get ordered() {
    return this.best !== null || this.worst !== null;
  }

  get progress() {
    return `${Number(this.best !== null) + Number(this.worst !== null)}/2`;
  }

  missingOrder() {
    if (this.best === null && this.worst === null) return `${this.name}: pick the best and the worst`;
    return this.best === null ? `${this.name}: pick the best as well` : this.worst === null ? `${this.name}: pick the worst as well` : null;
  }

  order() {
    return { best: this.best, worst: this.worst };
  }

  noOrder() {
    return { best: null, worst: null };
  }

  /** @param {Record<string, any> | null | undefined} value */
  restore(value) {
    super.restore(value);
    this.best = this.ids.includes(value?.best) ? value?.best : null;
    this.worst = this.ids.includes(value?.worst) ? value?.worst : null;
  }

  /** @param {number} position */
  foot(position) {
    const digit = this.desk.hint(`digit${position + 1}`);
    return h(
      "div",
      { class: "ranks" },
      toggle("Best", digit, () => this.#pick("best", position), { tabindex: -1 }, letter(position)),
      toggle("Worst", digit && `⇧ ${digit}`, () => this.#pick("worst", position), { tabindex: -1 }, letter(position)),
    );
  }

  /** @param {number} position */
  badge(position) {
    const id = this.ids[position];
    const says = id === this.best ? "the best" : id === this.worst ? "the worst" : "not picked";
    return { text: id === this.best ? "▲" : id === this.worst ? "▼" : "–", set: says !== "not picked", says };
  }

  show() {
    super.show();
    this.desk.feet.forEach((foot, i) => {
      const [best, worst] = foot.querySelectorAll(".toggle");
      press(best, this.ids[i] === this.best);
      press(worst, this.ids[i] === this.worst);
    });
  }

  /** @param {string} action @param {KeyboardEvent} event */
  key(action, event) {
    const digit = /^digit([1-9])$/.exec(action);
    const position = digit ? Number(digit[1]) - 1 : this.desk.focused;
    if (digit && position < this.ids.length) this.#pick(event.shiftKey ? "worst" : "best", position);
    else if (action === "best" || action === "worst") this.#pick(action, position);
    else if (action === "clear") {
      if (this.ids[position] === this.best) this.best = null;
      if (this.ids[position] === this.worst) this.worst = null;
      this.changedOrder();
    } else return super.key(action, event);
    return true;
  }

  describe() {
    const named = [this.best && `${letter(this.ids.indexOf(this.best))} is the best`, this.worst && `${letter(this.ids.indexOf(this.worst))} is the worst`].filter(Boolean);
    return `${this.name}: ${named.length > 0 ? named.join(", ") : "nothing picked yet"}.${this.describeMarks()}`;
  }

  summary() {
    if (!this.ordered || this.incomparable) return null;
    const shown = [this.best === null ? "?" : letter(this.ids.indexOf(this.best)), "…", this.worst === null ? "?" : letter(this.ids.indexOf(this.worst))];
    return h("ol", { class: "order", "aria-hidden": "true" }, ...shown.map((text) => h("li", {}, h("span", {}, text))));
  }

  /** One completion cannot be both. @param {"best" | "worst"} end @param {number} position */
  #pick(end, position) {
    const other = end === "best" ? "worst" : "best";
    this[end] = this.ids[position];
    if (this[other] === this.ids[position]) this[other] = null;
    this.changedOrder();
    this.desk.focusCard(position);
  }
}
