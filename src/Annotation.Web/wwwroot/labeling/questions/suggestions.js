// A turn may start from what the project's model would say: asked for, waited for, put into the empty field.
import { h } from "../dom.js";

const askAgainAfter = 700;

export class Suggestions {
  #desk;
  #turns;
  #use;
  #offered;
  #timer = 0;
  #stopped = false;
  #waiting = false;
  #button = h("button", { type: "button", class: "button bare", onclick: () => this.ask() });
  #said = h("span", { class: "quiet", role: "status" });
  element = h("span", { class: "suggesting" }, this.#button, this.#said);

  /**
   * @param {import("../types.js").QuestionRow} row
   * @param {import("../types.js").Desk} desk
   * @param {() => {role: string, text: string}[]} turns what was said before the turn to suggest
   * @param {(text: string, suggestion: string) => void} use
   */
  constructor(row, desk, turns, use) {
    this.#desk = desk;
    this.#turns = turns;
    this.#use = use;
    this.#offered = row.suggestions !== false;
    this.#button.append("Let the model start it ", h("kbd", { "aria-hidden": "true" }, desk.hint("suggest")));
  }

  /** @param {boolean} possible whether an assistant's turn is empty */
  show(possible) {
    this.#button.hidden = !this.#offered || !possible;
    if (!possible) this.#said.textContent = "";
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** @returns {boolean} whether it can be asked now */
  ask() {
    if (this.#button.hidden || this.#waiting) return false;
    if (this.#desk.server) void this.#ask();
    else this.#said.textContent = "Labelers get the model's words here.";
    return true;
  }

  async #ask() {
    this.#waiting = true;
    this.#said.textContent = "The model is writing…";
    const turns = this.#turns().map(({ role, text }) => ({ role, text }));
    const asked = await this.#desk.server?.post("/suggestions", { leaseVersion: this.#desk.task.leaseVersion, turns });
    if (asked?.kind === "value") this.#wait(asked.value.id);
    else this.#end(asked?.kind === "refused" ? asked.sentence : "No connection: there is no suggestion now.");
  }

  /** @param {string} id */
  #wait(id) {
    if (this.#stopped) return;
    this.#timer = setTimeout(async () => {
      const result = await this.#desk.server?.get(`/suggestions/${id}`);
      if (result?.kind !== "value" || result.value.state === "waiting") this.#wait(id);
      else if (result.value.state === "failed") this.#end(`No suggestion: ${result.value.text}`);
      else {
        this.#end("");
        if (!this.#stopped) this.#use(result.value.text, id);
      }
    }, askAgainAfter);
  }

  /** @param {string} said */
  #end(said) {
    this.#waiting = false;
    this.#said.textContent = said;
  }
}
