// What all ways of comparing have in common: none may be acceptable (which is not a tie), or they cannot be compared.
import { h } from "../dom.js";
import { press, Question, toggle } from "./question.js";

export class Comparison extends Question {
  noneAcceptable = false;
  incomparable = false;
  #none;
  #incomparable;
  /** The row of buttons above the completions; kinds put theirs before the common ones. */
  buttons = h("div", { class: "buttons" });

  /** @param {import("../types.js").QuestionRow} row @param {import("../types.js").Desk} desk */
  constructor(row, desk) {
    super(row, desk);
    this.#none = toggle("None acceptable", desk.hint("none"), () => this.#flip("noneAcceptable"), { hidden: row.allowNoneAcceptable === false });
    this.#incomparable = toggle("Cannot compare", desk.hint("incomparable"), () => this.#flip("incomparable"), { hidden: row.allowIncomparable === false });
    this.buttons.append(this.#none, this.#incomparable);
    this.element.append(...[this.guideline(), this.buttons].filter((part) => part !== null));
  }

  /** Whether the answer says how they compare. */
  get ordered() {
    return false;
  }

  /** What the order lacks, or null. @returns {string | null} */
  missingOrder() {
    return null;
  }

  /** The order in the API's shape; asked also when there is none. @returns {Record<string, any>} */
  order() {
    return {};
  }

  /** An answer without an order, in the API's shape. @returns {Record<string, any>} */
  noOrder() {
    return {};
  }

  get answered() {
    return this.ordered || this.noneAcceptable || this.incomparable;
  }

  missing() {
    if (this.incomparable || (this.noneAcceptable && !this.ordered)) return null;
    return this.missingOrder();
  }

  value() {
    const marks = { ...(this.noneAcceptable ? { noneAcceptable: true } : {}), ...(this.incomparable ? { incomparable: true } : {}) };
    return { kind: this.row.kind, ...(this.incomparable ? this.noOrder() : this.order()), ...marks };
  }

  /** @param {Record<string, any> | null | undefined} value */
  restore(value) {
    this.noneAcceptable = value?.noneAcceptable === true;
    this.incomparable = value?.incomparable === true;
  }

  show() {
    press(this.#none, this.noneAcceptable);
    press(this.#incomparable, this.incomparable);
  }

  /** @param {string} action @param {KeyboardEvent} _event */
  key(action, _event) {
    if (action === "none" && this.row.allowNoneAcceptable !== false) this.#flip("noneAcceptable");
    else if (action === "incomparable" && this.row.allowIncomparable !== false) this.#flip("incomparable");
    else return false;
    return true;
  }

  /** Words for the marks, after the order. */
  describeMarks() {
    return (this.noneAcceptable ? " None is acceptable." : "") + (this.incomparable ? " They cannot be compared." : "");
  }

  /** A change of the order: what cannot be compared has none. */
  changedOrder() {
    this.incomparable = false;
    this.desk.changed();
  }

  /** @param {"noneAcceptable" | "incomparable"} mark */
  #flip(mark) {
    this[mark] = !this[mark];
    this.desk.changed();
  }
}
