// One side of a dialogue that two people write: each turn is sent when it is written, and the other's is waited for.
import { h, prose } from "../dom.js";
import { Question } from "./question.js";
import { Suggestions } from "./suggestions.js";
import { field, put, tooLongOrShort, turnHints } from "./text.js";

const lookEvery = 2000;
const names = { user: "User", assistant: "Assistant" };

export class DialogueSide extends Question {
  text = "";
  /** @type {string | null} */ suggestion = null;
  #list = h("ol", { class: "turns" });
  #area = field({ rows: 5 }, (text) => {
    this.text = text;
    this.desk.changed({ text: true });
  });
  #send = h("button", { type: "button", class: "button", onclick: () => void this.#sendTurn() });
  #own = h("div", { class: "own-turn" });
  #said = h("p", { class: "quiet", role: "status" });
  #suggestions;
  #sending = false;
  #timer;

  /** @param {import("../types.js").QuestionRow} row @param {import("../types.js").Desk} desk */
  constructor(row, desk) {
    super(row, desk);
    this.#area.setAttribute("aria-label", `Your turn as the ${this.#dialogue.seat}`);
    this.#suggestions = new Suggestions(row, desk, () => this.#dialogue.turns, (text, suggestion) => this.#start(text, suggestion));
    this.#send.append("Send the turn ", ...turnHints(desk));
    this.#own.append(this.#area, h("div", { class: "buttons" }, this.#send, this.#suggestions.element));
    const hint = this.guideline() ?? h("p", { class: "quiet" }, `You write the ${this.#dialogue.seat}'s turns; somebody else writes the other side. Submit when the dialogue is over.`);
    this.element.append(h("h2", {}, this.name), hint, this.#list, this.#own, this.#said);
    this.#timer = setInterval(() => void this.#look(), lookEvery);
  }

  get #dialogue() {
    return /** @type {import("../types.js").DialogueView} */ (this.desk.task.dialogue);
  }

  get writes() {
    return true;
  }

  get answered() {
    return this.#dialogue.turns.length > 0;
  }

  missing() {
    const { turns } = this.#dialogue;
    if (this.text.trim() !== "") return "Send your turn first, or empty it";
    const spoken = turns.filter((turn) => turn.role === "assistant").length;
    const least = this.row.minAssistantTurns ?? 1;
    if (spoken < least) return `The assistant has ${spoken} of at least ${least} turns`;
    return turns.at(-1)?.role === "assistant" ? null : "The dialogue ends with the user's turn; let the assistant answer";
  }

  value() {
    return { kind: "dialogue", turns: [] };
  }

  draft() {
    return { text: this.text, suggestion: this.suggestion };
  }

  /** @param {Record<string, any> | null | undefined} value */
  restore(value) {
    this.text = value?.text ?? "";
    this.suggestion = value?.suggestion ?? null;
  }

  focus() {
    if (this.#own.hidden) this.#send.blur();
    else this.#area.focus({ preventScroll: true });
  }

  show() {
    const { turns, yourTurn, finished } = this.#dialogue;
    if (this.#list.children.length !== turns.length) {
      this.#list.replaceChildren(...turns.map((turn) => h("li", { class: `turn ${turn.role}` }, h("p", { class: "role" }, names[turn.role], turn.yours ? " · you" : ""), prose(turn.html))));
    }
    put(this.#area, this.text);
    this.#own.hidden = !yourTurn;
    this.#suggestions.show(yourTurn && this.#dialogue.seat === "assistant" && this.text === "");
    this.#said.textContent = finished ? "The other side says that the dialogue is over; submit to end it." : yourTurn ? "" : "The other side is writing…";
  }

  /** @param {string} action */
  key(action) {
    if (action === "write") this.focus();
    else if (action === "turn") void this.#sendTurn();
    else if (action === "suggest") return this.#suggestions.ask();
    else return false;
    return true;
  }

  describe() {
    return `${this.#dialogue.turns.length} turns. ${this.#said.textContent}`;
  }

  stop() {
    clearInterval(this.#timer);
    this.#suggestions.stop();
  }

  /** @param {string} text @param {string} suggestion */
  #start(text, suggestion) {
    if (this.text !== "") return;
    this.text = text;
    this.suggestion = suggestion;
    this.desk.changed();
    this.focus();
    this.#area.select();
  }

  async #sendTurn() {
    const problem = tooLongOrShort(this.text, "The turn", this.row.minLength ?? 1, 100_000);
    if (problem || this.#sending || !this.#dialogue.yourTurn) return void (this.#said.textContent = problem ?? "");
    this.#sending = true;
    const turn = { leaseVersion: this.desk.task.leaseVersion, position: this.#dialogue.turns.length, text: this.text, suggestion: this.suggestion };
    const result = await this.desk.server?.post("/turns", turn);
    this.#sending = false;
    if (result?.kind === "value") {
      this.text = "";
      this.suggestion = null;
      this.desk.task.dialogue = result.value.dialogue;
      this.desk.changed({ text: true });
    } else this.#said.textContent = result?.kind === "refused" ? result.sentence : "No connection: your turn is kept; send it again.";
  }

  /** Whether the other side has written, or says that it is over. */
  async #look() {
    if (this.#dialogue.finished || this.#sending || document.hidden) return;
    const before = this.#dialogue;
    const result = await this.desk.server?.get("");
    // A turn that was sent meanwhile is newer than this answer.
    if (result?.kind !== "value" || !result.value.dialogue || this.#dialogue !== before) return;
    this.desk.task.dialogue = result.value.dialogue;
    this.show();
    if (this.#dialogue.yourTurn && !before.yourTurn) this.focus();
  }
}
