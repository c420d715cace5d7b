// Order the completions on one criterion: a digit gives the focused one that rank and goes on to the next without one.
import { h, letter } from "../dom.js";
import { Comparison } from "./comparison.js";
import { press } from "./question.js";
import * as ranks from "./ranks.js";

export class Ranking extends Comparison {
  /** @type {ranks.Ranks} */ ranks = {};
  #rest;

  /** @param {import("../types.js").QuestionRow} row @param {import("../types.js").Desk} desk */
  constructor(row, desk) {
    super(row, desk);
    this.#rest = h("button", { type: "button", class: "toggle", onclick: () => this.#change(ranks.completeAsShown(this.ranks, this.ids)) }, "Rank the rest as shown");
    this.buttons.prepend(this.#rest);
  }

  get ordered() {
    return Object.keys(this.ranks).length > 0;
  }

  get progress() {
    return `${Object.keys(this.ranks).length}/${this.ids.length}`;
  }

  missingOrder() {
    const open = this.ids.filter((id) => this.ranks[id] === undefined);
    if (open.length === this.ids.length) return `${this.name} is still to be ranked`;
    if (this.row.complete === false) return this.ids.length - open.length < 2 ? `${this.name}: rank at least two` : null;
    return open.length > 0 ? `${this.name}: rank ${open.map((id) => letter(this.ids.indexOf(id))).join(", ")} as well` : null;
  }

  goToMissing() {
    this.desk.focusCard(Math.max(0, this.ids.findIndex((id) => this.ranks[id] === undefined)));
  }

  order() {
    return { ranks: ranks.dense(this.ranks) };
  }

  noOrder() {
    return { ranks: {} };
  }

  /** The ranks as they were typed: gaps stay while the order is under way. */
  draft() {
    return { ...this.value(), ranks: this.ranks };
  }

  /** @param {Record<string, any> | null | undefined} value */
  restore(value) {
    super.restore(value);
    this.ranks = Object.fromEntries(Object.entries(value?.ranks ?? {}).filter(([id]) => this.ids.includes(id)));
  }

  /** @param {number} position */
  foot(position) {
    const name = letter(position);
    const buttons = this.ids.map((_, i) =>
      h("button", { type: "button", class: "rank", tabindex: -1, "aria-label": `Rank ${name} ${i + 1}`, "data-rank": i + 1, onclick: () => this.#put(position, i + 1) }, String(i + 1)),
    );
    return h("div", { class: "ranks" }, ...buttons);
  }

  /** @param {number} position */
  badge(position) {
    const id = this.ids[position];
    const rank = this.ranks[id];
    const tied = this.ids.filter((other) => other !== id && rank !== undefined && this.ranks[other] === rank).map((other) => letter(this.ids.indexOf(other)));
    const note = tied.length > 0 ? `= ${tied.join(", ")}` : "";
    return { text: rank === undefined ? "–" : String(rank), set: rank !== undefined, note, says: rank === undefined ? "not ranked" : `rank ${rank}${tied.length > 0 ? `, tied with ${tied.join(", ")}` : ""}` };
  }

  show() {
    super.show();
    const count = Object.keys(this.ranks).length;
    this.#rest.hidden = count === 0 || count === this.ids.length;
    this.desk.feet.forEach((foot, i) => foot.querySelectorAll(".rank").forEach((button, at) => press(button, at + 1 === this.ranks[this.ids[i]])));
  }

  /** @param {string} action @param {KeyboardEvent} event */
  key(action, event) {
    const id = this.ids[this.desk.focused];
    const rank = /^digit([1-9])$/.exec(action);
    if (rank) {
      if (Number(rank[1]) > this.ids.length) return false;
      this.#put(this.desk.focused, Number(rank[1]), true);
    } else if (action === "up" || action === "down") this.#change(ranks.move(this.ranks, id, action === "up" ? -1 : 1));
    else if (action === "tie") this.#change(ranks.tieWithAbove(this.ranks, this.ids, id));
    else if (action === "clear") this.#change(ranks.clear(this.ranks, id));
    else return super.key(action, event);
    return true;
  }

  /** A completion was dragged beside another. @param {number} from @param {number} to @param {"before" | "level" | "after"} where */
  drop(from, to, where) {
    this.#change(ranks.place(this.ranks, this.ids[from], this.ids[to], where));
  }

  /** The positions of the completions from best to worst, those without a rank after them. */
  get sorted() {
    const order = ranks.groups(this.ranks).flat();
    return [...order, ...this.ids.filter((id) => !order.includes(id))].map((id) => this.ids.indexOf(id));
  }

  describe() {
    const groups = ranks.groups(this.ranks);
    if (groups.length === 0) return `${this.name}: nothing ranked yet.${this.describeMarks()}`;
    const places = groups.map((group, i) => `${i + 1}: ${group.map((id) => letter(this.ids.indexOf(id))).join(" and ")}${group.length > 1 ? " tied" : ""}`);
    return `${this.name}: ${places.join("; ")}.${this.describeMarks()}`;
  }

  summary() {
    const groups = this.incomparable ? [] : ranks.groups(this.ranks);
    return h("ol", { class: "order", "aria-hidden": "true" }, ...groups.map((group) => h("li", { class: group.length > 1 ? "tie" : "" }, ...group.map((id) => h("span", {}, letter(this.ids.indexOf(id)))))));
  }

  /** @param {number} position @param {number} rank @param {boolean} [goOn] to the next one without a rank */
  #put(position, rank, goOn = false) {
    this.#change(ranks.put(this.ranks, this.ids, this.ids[position], rank));
    const after = this.ids.map((_, i) => (position + 1 + i) % this.ids.length).find((i) => this.ranks[this.ids[i]] === undefined);
    this.desk.focusCard(goOn && after !== undefined ? after : position);
  }

  /** @param {ranks.Ranks} after */
  #change(after) {
    if (JSON.stringify(after) === JSON.stringify(this.ranks) && !this.incomparable) return;
    this.ranks = after;
    this.changedOrder();
  }
}
