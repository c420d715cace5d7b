// The completions as cards: one has the focus, each carries the mark of the question being answered and its buttons.
import { h, letter } from "./dom.js";
import { dragging } from "./drag.js";
import { completionBody } from "./reading/reading.js";

export class Cards {
  /** @type {HTMLElement[]} */ #cards;
  /** @type {HTMLElement[]} */ feet;
  /** Positions in the order in which the cards stand. @type {number[]} */ #order;
  focused = 0;
  element = h("div", { class: "cards" });

  /**
   * @param {import("./types.js").TaskView} task
   * @param {{drop: (from: number, to: number, where: "before" | "level" | "after") => void, draggable: () => boolean}} listener
   */
  constructor(task, listener) {
    this.#cards = task.completions.map((completion, position) => this.#card(task, completion, position));
    this.feet = this.#cards.map((card) => /** @type {HTMLElement} */ (card.querySelector("footer")));
    this.#order = this.#cards.map((_, position) => position);
    this.element.append(...this.#cards);
    dragging(this.element, {
      cards: () => this.#order.map((position) => this.#cards[position]),
      enabled: listener.draggable,
      drop: (from, to, where) => listener.drop(this.#cards.indexOf(from), this.#cards.indexOf(to), where),
    });
  }

  /** Puts a question's buttons at the feet. @param {import("./questions/question.js").Question} question */
  use(question) {
    this.feet.forEach((foot, position) => {
      const buttons = question.foot(position);
      foot.replaceChildren(...(buttons ? [buttons] : []));
      foot.hidden = buttons === null;
    });
  }

  /** Brings marks and labels up to date. @param {import("./questions/question.js").Question} question */
  show(question) {
    this.#cards.forEach((card, position) => {
      const badge = question.badge(position);
      card.classList.toggle("ranked", badge?.set === true);
      card.dataset.rank = badge?.set ? badge.text : "";
      card.setAttribute("tabindex", position === this.focused ? "0" : "-1");
      card.setAttribute("aria-label", `Completion ${letter(position)}${badge ? `, ${badge.says}` : ""}`);
      const mark = /** @type {HTMLElement} */ (card.querySelector(".badge"));
      mark.hidden = badge === null;
      mark.textContent = badge?.text ?? "";
      /** @type {HTMLElement} */ (card.querySelector(".tied")).textContent = badge?.note ?? "";
    });
  }

  /** @param {number} [position] */
  focus(position = this.focused) {
    this.focused = position;
    this.#cards.forEach((card, i) => card.setAttribute("tabindex", i === position ? "0" : "-1"));
    const card = this.#cards[position];
    if (!card) return;
    if (document.activeElement !== card) card.focus({ preventScroll: true });
    // A card taller than the window stays where it is while its beginning is in view.
    const { top, height } = card.getBoundingClientRect();
    if (height < innerHeight - 160 || top < 0 || top > innerHeight / 2) card.scrollIntoView({ block: "nearest" });
  }

  /** To the card beside, around the ends. @param {-1 | 1} step */
  step(step) {
    const count = this.#order.length;
    if (count > 0) this.focus(this.#order[(this.#order.indexOf(this.focused) + step + count) % count]);
  }

  /** Lets the cards stand in this order. @param {number[]} positions */
  arrange(positions) {
    if (positions.join() === this.#order.join()) return;
    this.#order = positions;
    const had = this.#cards.find((card) => card.contains(document.activeElement));
    this.element.append(...positions.map((position) => this.#cards[position]));
    if (had) had.focus({ preventScroll: true });
  }

  /** Whether the focus is on a card itself, not on something in it. */
  get hasFocus() {
    return document.activeElement instanceof HTMLElement && this.#cards.includes(document.activeElement);
  }

  /** @param {import("./types.js").TaskView} task @param {import("./types.js").CompletionView} completion @param {number} position */
  #card(task, completion, position) {
    /** @param {Event} event */
    const chosen = (event) => {
      if (event.type === "click" && event.target instanceof Element && event.target.closest("a, button, textarea, summary")) return;
      if (event.target === event.currentTarget || event.type === "click") this.focus(position);
    };
    return h(
      "article",
      { class: "card", tabindex: -1, role: "group", "data-completion": completion.id, onfocus: chosen, onclick: chosen },
      h("header", {}, h("span", { class: "letter" }, letter(position)), h("span", { class: "tied" }), h("span", { class: "badge" })),
      completionBody(completion, task),
      h("footer", { class: "foot-of-card" }),
    );
  }
}
