// What every kind of question has in common in the browser. A kind is one file beside this one: it shows itself above the
// completions (element) and, where it asks about each of them, at the foot of each (foot); it understands keys, says
// what is missing, and gives and takes back its answer in the shape of the API, so that a draft is an answer that may
// be incomplete.
import { h, letter, prose } from "../dom.js";

/** @typedef {import("../types.js").QuestionRow} QuestionRow */
/** @typedef {import("../types.js").Desk} Desk */

export class Question {
  row;
  desk;
  /** Shown above the completions while the question is the one being answered. */
  element;

  /** @param {QuestionRow} row @param {Desk} desk */
  constructor(row, desk) {
    this.row = row;
    this.desk = desk;
    this.element = h("div", { class: `question ${row.kind}` });
  }

  get name() {
    return this.row.name || this.row.key;
  }

  get ids() {
    return this.desk.ids;
  }

  /** What to look at, as an element; null when the engineer wrote nothing. */
  guideline() {
    return this.row.guidelineHtml ? prose(this.row.guidelineHtml, "quiet criterion-hint") : null;
  }

  /** What stands at the foot of a completion, or null. @param {number} _position @returns {HTMLElement | null} */
  foot(_position) {
    return null;
  }

  /** The mark at a completion's head: text, whether it is settled, and words for screen readers. @param {number} _position @returns {{text: string, set: boolean, says: string, note?: string} | null} */
  badge(_position) {
    return null;
  }

  /** Brings everything shown up to date with the answer. */
  show() {}

  /** Whether there is anything to submit: something that nobody touched is no answer. */
  get answered() {
    return false;
  }

  /** How far the answer is, for its tab; empty when there is nothing to count. */
  get progress() {
    return "";
  }

  /** One sentence saying what is missing or wrong, or null. @returns {string | null} */
  missing() {
    return null;
  }

  /** Whether it is shown beside the conversation instead of above completions. */
  get writes() {
    return false;
  }

  /** Puts the focus where the missing thing is. */
  goToMissing() {
    this.focus();
  }

  /** The answer so far, in the API's shape. @returns {Record<string, any>} */
  value() {
    return {};
  }

  /** What is kept until it is submitted. @returns {Record<string, any>} */
  draft() {
    return this.value();
  }

  /** Takes an answer or a draft back, complete or not. @param {Record<string, any> | null | undefined} _value */
  restore(_value) {}

  focus() {
    this.desk.focusCard();
  }

  /**
   * @param {string} _action as in keys.js
   * @param {KeyboardEvent} _event
   * @returns {boolean} whether it meant something here
   */
  key(_action, _event) {
    return false;
  }

  /** The task leaves the desk: whatever still runs for it ends. */
  stop() {}

  /** Says the answer to screen readers after each change. @returns {string} */
  describe() {
    return "";
  }

  /** The answer in short, for the bar at the bottom. @returns {Node | null} */
  summary() {
    return null;
  }
}

/**
 * A button that can be pressed in, with its key.
 * @param {string} text
 * @param {string} hint
 * @param {() => void} onclick
 * @param {Record<string, any>} [attributes]
 * @param {string} [about] what it is about, for those who do not see where it stands
 */
export function toggle(text, hint, onclick, attributes = {}, about = "") {
  const unseen = about ? h("span", { class: "visually-hidden" }, `, ${about}`) : null;
  return h("button", { type: "button", class: "toggle", "aria-pressed": "false", onclick, ...attributes }, h("span", {}, text, unseen), hint ? h("kbd", { "aria-hidden": "true" }, hint) : null);
}

/** @param {Element} button @param {boolean} on */
export function press(button, on) {
  button.setAttribute("aria-pressed", String(on));
}

/** Names of completions in words. @param {Desk} desk @param {string[]} ids */
export function letters(desk, ids) {
  return ids.map((id) => letter(desk.ids.indexOf(id))).join(", ");
}
