// Go on with a conversation, writing both sides: the turns take turns, and each stays open to be changed.
import { h } from "../dom.js";
import { Question } from "./question.js";
import { Suggestions } from "./suggestions.js";
import { field, put, tooLongOrShort, turnHints } from "./text.js";

/** @typedef {{role: string, text: string, suggestion?: string | null}} Turn */

const names = { user: "User", assistant: "Assistant" };

export class Dialogue extends Question {
  /** @type {Turn[]} */ turns = [{ role: "assistant", text: "" }];
  #list = h("ol", { class: "turns" });
  #add = h("button", { type: "button", class: "button", onclick: () => this.#next() });
  #suggestions;

  /** @param {import("../types.js").QuestionRow} row @param {import("../types.js").Desk} desk */
  constructor(row, desk) {
    super(row, desk);
    const hint = this.guideline() ?? h("p", { class: "quiet" }, "Go on with the conversation as both sides. The assistant says the last word.");
    this.#suggestions = new Suggestions(row, desk, () => this.turns.slice(0, -1), (text, suggestion) => this.#start(text, suggestion));
    this.element.append(h("h2", {}, this.name), hint, this.#list, h("div", { class: "buttons" }, this.#add, this.#suggestions.element));
  }

  get writes() {
    return true;
  }

  get answered() {
    return this.turns.some((turn) => turn.text.trim() !== "");
  }

  missing() {
    const turns = this.#written();
    for (const [i, turn] of turns.entries()) {
      const problem = tooLongOrShort(turn.text, `Turn ${i + 1}`, this.row.minLength ?? 1, 100_000);
      if (problem) return problem;
    }
    const least = this.row.minAssistantTurns ?? 1;
    const spoken = turns.filter((turn) => turn.role === "assistant").length;
    if (spoken < least) return least === 1 ? "Write the assistant's turn" : `The assistant has ${spoken} of at least ${least} turns`;
    return turns.at(-1)?.role === "assistant" ? null : "The dialogue ends with the user's turn; let the assistant answer, or remove it";
  }

  value() {
    return { kind: "dialogue", turns: this.#written().map(({ role, text, suggestion }) => ({ role, text, ...(suggestion ? { suggestion } : {}) })) };
  }

  draft() {
    return { turns: this.turns };
  }

  /** @param {Record<string, any> | null | undefined} value */
  restore(value) {
    this.turns = value?.turns?.length > 0 ? value?.turns.map((/** @type {Turn} */ turn) => ({ ...turn })) : [{ role: "assistant", text: "" }];
  }

  focus() {
    const areas = this.#list.querySelectorAll("textarea");
    const empty = this.turns.findIndex((turn) => turn.text.trim() === "");
    areas[empty < 0 ? areas.length - 1 : empty]?.focus({ preventScroll: true });
  }

  show() {
    while (this.#list.children.length > this.turns.length) this.#list.lastElementChild?.remove();
    this.turns.forEach((turn, i) => {
      const item = this.#list.children[i] ?? this.#list.appendChild(this.#item(i));
      put(/** @type {HTMLTextAreaElement} */ (item.querySelector("textarea")), turn.text);
      /** @type {HTMLElement} */ (item.querySelector(".remove")).hidden = i === 0 || i < this.turns.length - 1;
    });
    const last = this.turns.at(-1);
    this.#suggestions.show(last?.role === "assistant" && last.text === "");
    const most = this.row.maxTurns ?? 20;
    this.#add.hidden = this.turns.length >= most || (this.turns.length === most - 1 && this.turns.at(-1)?.role === "assistant");
    this.#add.replaceChildren(this.turns.at(-1)?.role === "assistant" ? "The user goes on " : "The assistant answers ", ...turnHints(this.desk));
  }

  /** @param {string} action */
  key(action) {
    if (action === "write") this.focus();
    else if (action === "turn") this.#next();
    else if (action === "suggest") return this.#suggestions.ask();
    else return false;
    return true;
  }

  describe() {
    const last = this.turns.at(-1);
    return `${this.turns.length} ${this.turns.length === 1 ? "turn" : "turns"}; the last is the ${last?.role}'s.`;
  }

  summary() {
    const spoken = this.#written().length;
    return h("p", { class: "quiet" }, `${spoken} ${spoken === 1 ? "turn" : "turns"}`);
  }

  /** The turns without an empty last one. */
  #written() {
    return this.turns.at(-1)?.text.trim() === "" ? this.turns.slice(0, -1) : this.turns;
  }

  /** @param {number} position */
  #item(position) {
    const role = position % 2 === 0 ? "assistant" : "user";
    const area = field({ rows: 4, "aria-label": `Turn ${position + 1}, ${names[role]}` }, (text) => {
      this.turns = this.turns.map((turn, i) => (i === position ? { ...turn, text } : turn));
      this.desk.changed({ text: true });
    });
    const remove = h("button", { type: "button", class: "button bare remove", "aria-label": `Remove turn ${position + 1}`, onclick: () => this.#remove() }, "Remove");
    return h("li", { class: `turn ${role}` }, h("div", { class: "turn-head" }, h("p", { class: "role" }, names[role]), remove), area);
  }

  #next() {
    if (this.#add.hidden || this.turns.at(-1)?.text.trim() === "") return this.focus();
    this.turns = [...this.turns, { role: this.turns.at(-1)?.role === "assistant" ? "user" : "assistant", text: "" }];
    this.desk.changed();
    this.focus();
  }

  /** The last turn starts from a suggestion. @param {string} text @param {string} suggestion */
  #start(text, suggestion) {
    if (this.turns.at(-1)?.text !== "") return;
    this.turns = this.turns.map((turn, i) => (i === this.turns.length - 1 ? { ...turn, text, suggestion } : turn));
    this.desk.changed();
    this.focus();
    /** @type {HTMLTextAreaElement} */ (this.#list.lastElementChild?.querySelector("textarea")).select();
  }

  stop() {
    this.#suggestions.stop();
  }

  #remove() {
    this.turns = this.turns.slice(0, -1);
    this.desk.changed();
    this.focus();
  }
}
