// One task as it is worked on: the conversation, the completions, and the questions one at a time. It knows nothing of
// servers, so that a preview is the same thing as the desk.
import { Cards } from "./cards.js";
import { h } from "./dom.js";
import { questionOf } from "./questions/kinds.js";
import { Ranking } from "./questions/ranking.js";
import { conversation } from "./reading/reading.js";

/** @typedef {{active: number, drafts: string, text: boolean}} Moment */

export class Work {
  task;
  /** @type {import("./questions/question.js").Question[]} */ questions;
  /** @type {Cards} */ cards;
  element;
  /** How often an answer was changed. */
  changeCount = 0;
  #active = 0;
  #sorted = false;
  /** @type {Moment[]} */ #past = [];
  #present = "";
  #changed;
  #tabs;
  #slot = h("div", { class: "question-slot" });
  #live = h("p", { class: "visually-hidden", "aria-live": "polite" });

  /**
   * @param {import("./types.js").TaskView} task
   * @param {import("./keys.js").Keys} keys
   * @param {() => void} changed called after each change of an answer
   * @param {import("./types.js").TaskServer | null} [server]
   */
  constructor(task, keys, changed, server = null) {
    this.task = task;
    this.#changed = changed;
    this.cards = new Cards(task, {
      draggable: () => this.active instanceof Ranking,
      drop: (from, to, where) => this.#drop(from, to, where),
    });
    const work = this;
    /** @type {import("./types.js").Desk} */
    const desk = {
      task,
      ids: task.completions.map((completion) => completion.id),
      get feet() {
        return work.cards.feet;
      },
      get focused() {
        return work.cards.focused;
      },
      focusCard: (position) => this.cards.focus(position),
      changed: (how) => this.#step(how?.text === true),
      hint: (action) => keys.hint(action),
      server,
    };
    this.questions = task.questions.map((row) => questionOf(row, desk));
    this.#tabs = this.questions.map((question, index) =>
      h("button", { type: "button", class: "criterion", onclick: () => this.choose(index) }, h("span", {}, question.name), h("span", { class: "mark", "aria-hidden": "true" })),
    );
    const tabs = h("div", { class: "criteria", role: "group", "aria-label": "Questions" }, ...this.#tabs);
    const many = this.#tabs.length > 1;
    const head = many ? tabs : this.active.writes ? null : h("h2", {}, this.active.name);
    const answers = h("section", { class: `answers count-${desk.ids.length}`, "aria-label": desk.ids.length > 0 ? "Completions" : "Your answer" });
    const fewer = task.completions.length < (task.completionsWanted ?? 0) ? [h("p", { class: "fewer" }, `Only ${task.completions.length} different answers of the ${task.completionsWanted} asked for could be had.`)] : [];
    answers.append(...(head ? [h("div", { class: "criterion-line" }, head)] : []), ...fewer, this.#slot, ...(desk.ids.length > 0 ? [this.cards.element] : []), this.#live);
    this.element = h("div", { class: `desk ${task.kind}`, lang: task.language || null }, conversation(task), answers);
    this.#present = this.#snapshot();
    this.#use();
  }

  /** The question being answered. */
  get active() {
    return this.questions[this.#active];
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  /** Whether one question is done, so that it is time to point at the others. */
  get started() {
    return this.questions.some((question) => question.answered && question.missing() === null);
  }

  /** What is missing or wrong, or null when the task can be submitted. @returns {string | null} */
  missing() {
    const open = this.#open();
    if (open) return open.missing();
    return this.questions.some((question) => question.answered) ? null : "Nothing is answered yet";
  }

  /** Goes to what is missing. */
  goToMissing() {
    const open = this.#open() ?? this.questions[0];
    this.choose(this.questions.indexOf(open));
    open.goToMissing();
  }

  /** The answers in the API's shape; a question that need not be answered and is not, is left out. */
  answers() {
    return Object.fromEntries(this.questions.filter((question) => question.answered).map((question) => [question.row.key, question.value()]));
  }

  /** What there is so far, by question. @returns {Record<string, any>} */
  draft() {
    return Object.fromEntries(this.questions.map((question) => [question.row.key, question.draft()]));
  }

  /** Takes answers or a draft back. @param {Record<string, any>} answers */
  restore(answers) {
    for (const question of this.questions) question.restore(answers[question.row.key]);
    this.#present = this.#snapshot();
    this.#show();
  }

  /** The task leaves the desk. */
  stop() {
    for (const question of this.questions) question.stop();
  }

  undo() {
    const past = this.#past.pop();
    if (!past) return;
    const drafts = JSON.parse(past.drafts);
    for (const question of this.questions) question.restore(drafts[question.row.key]);
    this.#present = past.drafts;
    this.changeCount++;
    if (past.active !== this.#active) this.choose(past.active);
    this.#show();
    this.#changed();
  }

  focus() {
    this.active.focus();
  }

  /** @param {number} index @param {boolean} [around] from the last to the first */
  choose(index, around = false) {
    const count = this.questions.length;
    if (around) index = (index + count) % count;
    if (index === this.#active || index < 0 || index >= count) return;
    this.#active = index;
    this.#use();
    this.focus();
  }

  /** @param {string} action @param {KeyboardEvent} event @returns {boolean} whether it meant something */
  key(action, event) {
    if (this.active.key(action, event)) return true;
    if (action === "next" || action === "previous") this.cards.step(action === "next" ? 1 : -1);
    else if (action === "nextQuestion" || action === "previousQuestion") this.choose(this.#active + (action === "nextQuestion" ? 1 : -1), true);
    else if (action === "sort" && this.active instanceof Ranking) {
      this.#sorted = !this.#sorted;
      this.#show();
    } else return false;
    return true;
  }

  /** Tab goes through the questions and then on through the page, so that nobody is caught here. @param {boolean} back */
  tab(back) {
    const next = this.#active + (back ? -1 : 1);
    if (!this.cards.hasFocus || next < 0 || next >= this.questions.length) return false;
    this.choose(next);
    return true;
  }

  /** The answer in short, for the bar at the bottom. */
  summary() {
    return this.active.summary();
  }

  #open() {
    return this.questions.find((question) => (question.answered || question.row.required !== false) && question.missing() !== null);
  }

  #snapshot() {
    return JSON.stringify(this.draft());
  }

  /** @param {number} from @param {number} to @param {"before" | "level" | "after"} where */
  #drop(from, to, where) {
    if (!(this.active instanceof Ranking)) return;
    // Who moves cards wants to see them where they were put.
    this.#sorted = true;
    this.active.drop(from, to, where);
    this.cards.focus(from);
  }

  /** @param {boolean} text */
  #step(text) {
    const last = this.#past.at(-1);
    // Typing in one field is one step; inside it undo belongs to the browser.
    if (!(text && last?.text && last.active === this.#active)) this.#past.push({ active: this.#active, drafts: this.#present, text });
    this.#present = this.#snapshot();
    this.changeCount++;
    this.#show();
    this.#changed();
  }

  #use() {
    this.#slot.replaceChildren(this.active.element);
    this.cards.use(this.active);
    this.#show();
  }

  #show() {
    this.active.show();
    this.cards.show(this.active);
    this.cards.arrange(this.#sorted && this.active instanceof Ranking ? this.active.sorted : this.task.completions.map((_, i) => i));
    this.#tabs.forEach((tab, i) => {
      const question = this.questions[i];
      const done = question.answered && question.missing() === null;
      tab.setAttribute("aria-pressed", String(i === this.#active));
      tab.classList.toggle("complete", done);
      /** @type {HTMLElement} */ (tab.querySelector(".mark")).textContent = done ? "✓" : question.row.required === false && !question.answered ? "optional" : question.progress;
    });
    this.#live.textContent = this.active.describe();
  }
}
