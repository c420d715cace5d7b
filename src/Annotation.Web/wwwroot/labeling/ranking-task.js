// Ranks the completions of one prompt on each criterion: digits, arrows, Alt+arrows and = on the focused completion.
import { h, letter, prose } from "./dom.js";
import { readDraft, writeDraft } from "./draft.js";
import * as ranking from "./ranking.js";

export class RankingTask {
  /** @type {Record<string, ranking.Ranks>} */ #ranks = {};
  /** @type {{criterion: number, ranks: Record<string, ranking.Ranks>}[]} */ #past = [];
  #criterion = 0;
  #focused = 0;
  #task;
  #draft;
  #ids;
  #cards;
  #tabs;
  #order = h("ol", { class: "order", "aria-hidden": "true" });
  #live = h("p", { class: "visually-hidden", "aria-live": "polite" });
  #hint = h("p", { class: "quiet criterion-hint" });
  #changed;
  element;

  /**
   * @param {import("./types.js").TaskView} task
   * @param {string} draft key of its draft
   * @param {() => void} changed called after each change
   */
  constructor(task, draft, changed) {
    this.#task = task;
    this.#draft = draft;
    this.#changed = changed;
    this.#ids = task.completions.map((completion) => completion.id);
    for (const question of task.questions) this.#ranks[question.key] = {};
    const kept = readDraft(draft);
    for (const key of Object.keys(this.#ranks)) this.#ranks[key] = kept?.ranks?.[key] ?? {};
    this.#cards = task.completions.map((completion, position) => this.#card(completion, position));
    this.#tabs = task.questions.map((question, index) =>
      h("button", { type: "button", class: "criterion", onclick: () => this.#choose(index) }, h("span", {}, question.name), h("span", { class: "mark", "aria-hidden": "true" })),
    );
    const tabs = h("div", { class: "criteria", role: "group", "aria-label": "Criteria" }, ...this.#tabs);
    this.element = h(
      "section",
      { class: `completions count-${this.#ids.length}`, "aria-label": "Completions to rank" },
      h("div", { class: "criterion-line" }, this.#tabs.length > 1 ? tabs : h("h2", {}, task.questions[0].name), this.#hint),
      h("div", { class: "cards" }, ...this.#cards),
      this.#live,
    );
    this.#show();
  }

  /** The order so far, for the bar at the bottom. */
  get summary() {
    return this.#order;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  /** Whether one criterion is done, so that it is time to point at the others. */
  get started() {
    return this.#task.questions.some((question) => ranking.isComplete(this.#ranks[question.key], this.#ids));
  }

  focus() {
    this.#cards[this.#focused].focus({ preventScroll: true });
  }

  /** What is not ranked yet, or null when the task can be submitted. @returns {string | null} */
  missing() {
    for (const question of this.#task.questions) {
      const open = this.#ids.flatMap((id, position) => (this.#ranks[question.key][id] === undefined ? [letter(position)] : []));
      if (open.length === this.#ids.length) return `${question.name} is still to be ranked`;
      if (open.length > 0) return `${question.name}: rank ${open.join(", ")} as well`;
    }
    return null;
  }

  /** Goes to the first completion without a rank. */
  goToMissing() {
    const at = this.#task.questions.findIndex((question) => !ranking.isComplete(this.#ranks[question.key], this.#ids));
    if (at < 0) return;
    this.#choose(at);
    this.#focusAt(this.#ids.findIndex((id) => this.#ranks[this.#key][id] === undefined));
  }

  answers() {
    return Object.fromEntries(
      this.#task.questions.map((question) => [question.key, { kind: "ranking", ranks: ranking.dense(this.#ranks[question.key]) }]),
    );
  }

  undo() {
    const past = this.#past.pop();
    if (!past) return;
    this.#ranks = past.ranks;
    this.#criterion = past.criterion;
    this.#save();
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether the key meant something here */
  key(event) {
    const inCards = document.activeElement instanceof HTMLElement && this.#cards.includes(document.activeElement);
    const id = this.#ids[this.#focused];
    const arrow = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (event.altKey) {
      if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return false;
      this.#change((ranks) => ranking.move(ranks, id, event.key === "ArrowUp" ? -1 : 1));
    } else if (arrow) this.#focusAt((this.#focused + arrow + this.#ids.length) % this.#ids.length);
    else if (/^[1-9]$/.test(event.key)) {
      if (Number(event.key) <= this.#ids.length) this.#change((ranks) => ranking.put(ranks, this.#ids, id, Number(event.key)));
    } else if (event.key === "=") this.#change((ranks) => ranking.tieWithAbove(ranks, id));
    else if (event.key === "0" || event.key === "Backspace") this.#change((ranks) => ranking.clear(ranks, id));
    else if (event.key === "]" || event.key === "[") this.#choose(this.#criterion + (event.key === "]" ? 1 : -1), true);
    else if (event.key === "Tab" && inCards) {
      // Tab goes through the criteria and then on through the page, so that nobody is caught here.
      const next = this.#criterion + (event.shiftKey ? -1 : 1);
      if (next < 0 || next >= this.#tabs.length) return false;
      this.#choose(next);
    } else return false;
    return true;
  }

  get #key() {
    return this.#task.questions[this.#criterion].key;
  }

  /** @param {{id: string, html: string}} completion @param {number} position */
  #card(completion, position) {
    const name = letter(position);
    const buttons = this.#ids.map((_, i) =>
      h("button", { type: "button", class: "rank", tabindex: -1, "aria-label": `Rank ${name} ${i + 1}`, onclick: () => this.#click(position, i + 1) }, String(i + 1)),
    );
    return h(
      "article",
      { class: "card", tabindex: -1, role: "group", "data-completion": completion.id, onfocus: () => this.#focusAt(position), onclick: () => this.#focusAt(position) },
      h("header", {}, h("span", { class: "letter" }, name), h("span", { class: "tied" }), h("span", { class: "badge" })),
      prose(completion.html),
      h("footer", { class: "ranks" }, ...buttons),
    );
  }

  /** @param {number} position @param {number} rank */
  #click(position, rank) {
    this.#focusAt(position);
    this.#change((ranks) => ranking.put(ranks, this.#ids, this.#ids[position], rank));
  }

  /** @param {number} position */
  #focusAt(position) {
    this.#focused = position;
    this.#cards.forEach((card, i) => card.setAttribute("tabindex", i === position ? "0" : "-1"));
    const card = this.#cards[position];
    if (document.activeElement !== card) card.focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest" });
  }

  /** @param {number} index @param {boolean} [around] from the last to the first */
  #choose(index, around = false) {
    const count = this.#tabs.length;
    if (around) index = (index + count) % count;
    if (index === this.#criterion || index < 0 || index >= count) return;
    this.#criterion = index;
    this.#show();
    this.focus();
  }

  /** @param {(ranks: ranking.Ranks) => ranking.Ranks} step */
  #change(step) {
    const before = this.#ranks[this.#key];
    const after = step(before);
    if (JSON.stringify(after) === JSON.stringify(before)) return;
    this.#past.push({ criterion: this.#criterion, ranks: this.#ranks });
    this.#ranks = { ...this.#ranks, [this.#key]: after };
    this.#save();
  }

  #save() {
    writeDraft(this.#draft, { ranks: this.#ranks });
    this.#show();
    this.#changed();
  }

  #show() {
    const ranks = this.#ranks[this.#key];
    const question = this.#task.questions[this.#criterion];
    this.#hint.textContent = question.guideline;
    this.#tabs.forEach((tab, i) => {
      const ranked = this.#task.questions[i].key;
      const done = ranking.isComplete(this.#ranks[ranked], this.#ids);
      tab.setAttribute("aria-pressed", String(i === this.#criterion));
      tab.classList.toggle("complete", done);
      const mark = tab.querySelector(".mark");
      if (mark) mark.textContent = done ? "✓" : `${Object.keys(this.#ranks[ranked]).length}/${this.#ids.length}`;
    });
    const grouped = ranking.groups(ranks);
    this.#cards.forEach((card, i) => this.#showCard(card, i, ranks, grouped));
    this.#order.replaceChildren(...grouped.map((group) => h("li", { class: group.length > 1 ? "tie" : "" }, ...group.map((id) => h("span", {}, letter(this.#ids.indexOf(id)))))));
    this.#live.textContent = this.#describe(grouped, question.name);
  }

  /** @param {HTMLElement} card @param {number} position @param {ranking.Ranks} ranks @param {string[][]} grouped */
  #showCard(card, position, ranks, grouped) {
    const id = this.#ids[position];
    const rank = ranks[id];
    const tied = grouped.find((group) => group.includes(id))?.filter((other) => other !== id) ?? [];
    const tiedWith = tied.map((other) => letter(this.#ids.indexOf(other))).join(", ");
    card.classList.toggle("ranked", rank !== undefined);
    card.dataset.rank = rank === undefined ? "" : String(rank);
    card.setAttribute("tabindex", position === this.#focused ? "0" : "-1");
    const state = rank === undefined ? "not ranked" : `rank ${rank}${tiedWith ? `, tied with ${tiedWith}` : ""}`;
    card.setAttribute("aria-label", `Completion ${letter(position)}, ${state}`);
    /** @type {HTMLElement} */ (card.querySelector(".badge")).textContent = rank === undefined ? "–" : String(rank);
    /** @type {HTMLElement} */ (card.querySelector(".tied")).textContent = tiedWith ? `= ${tiedWith}` : "";
    card.querySelectorAll(".rank").forEach((button, i) => button.setAttribute("aria-pressed", String(i + 1 === rank)));
  }

  /** @param {string[][]} grouped @param {string} name */
  #describe(grouped, name) {
    if (grouped.length === 0) return `${name}: nothing ranked yet.`;
    const places = grouped.map((group, i) => `${i + 1}: ${group.map((id) => letter(this.#ids.indexOf(id))).join(" and ")}${group.length > 1 ? " tied" : ""}`);
    return `${name}: ${places.join("; ")}.`;
  }
}
