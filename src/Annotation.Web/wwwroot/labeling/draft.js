// What a labeler has so far of a task: kept in this browser at every change and on the server within a second. A counter
// of changes says which of two drafts is the newer one, wherever they were made.
import { get, put } from "./server.js";
import { keep, recall, recallLarge, forget } from "./store.js";

const delay = 400;
const longestDelay = 15_000;

/** @typedef {{revision: number, content: any, sent: boolean}} Kept */

/** @param {string} person @param {string} assignmentId */
export function draftKey(person, assignmentId) {
  return `annotation/${person}/draft/${assignmentId}`;
}

export class Draft extends EventTarget {
  #key;
  #path;
  #revision = 0;
  #content = null;
  #sent = true;
  #timer = 0;
  #wait = delay;
  #closed = false;
  /** @type {Promise<void> | null} */ #sending = null;
  /** Why the server does not take it, if it does not. */
  sentence = "";
  /** Whether this browser has it all, so that it survives a reload. */
  keptHere = true;
  /** A newer draft of another tab or browser, when there is one. @type {any} */ other = null;

  /** @param {string} person @param {import("./types.js").TaskView} task */
  constructor(person, task) {
    super();
    this.#key = draftKey(person, task.assignmentId);
    this.#path = `/api/labeling/assignments/${task.assignmentId}`;
    this.#take(recall(this.#key), task.draft ?? null);
  }

  /** The newest content, from here or the server; null: none. */
  get content() {
    return this.#content;
  }

  /** Whether the server has it all. */
  get saved() {
    return this.#sent;
  }

  /** Looks for a draft too large for the quick store. @returns {Promise<boolean>} whether there was a newer one */
  async deepen() {
    const large = /** @type {Kept | null} */ (await recallLarge(this.#key));
    if (!large || large.revision <= this.#revision || this.#closed) return false;
    this.#take(large, null);
    return true;
  }

  /** @param {any} content */
  save(content) {
    this.#content = content;
    this.#revision++;
    this.#sent = false;
    this.sentence = "";
    this.#keepHere();
    this.#schedule(delay);
  }

  /** Goes on with one's own draft, over the other one. */
  keepMine() {
    this.#revision = this.other?.revision ?? this.#revision;
    this.other = null;
    this.save(this.#content);
  }

  /** Goes on with the other one. */
  takeOther() {
    const other = this.other;
    this.other = null;
    this.sentence = "";
    this.#revision = 0;
    this.#take(null, other);
    this.#keepHere();
    this.#announce();
  }

  /** Sends no more, and resolves when nothing is under way: what is submitted next must not be overtaken by a draft. */
  async close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#sending;
  }

  /** Sends now what waits, as far as the page lives. */
  flush() {
    if (!this.#sent && !this.#closed) void this.#send();
  }

  forget() {
    forget(this.#key);
  }

  /** @param {Kept | null} here @param {import("./types.js").DraftView | null} there */
  #take(here, there) {
    const newer = there && (!here || there.revision > here.revision) ? { revision: there.revision, content: there.content, sent: true } : here;
    if (!newer) return;
    this.#revision = newer.revision;
    this.#content = newer.content;
    this.#sent = newer.sent;
    if (!this.#sent) this.#schedule(delay);
  }

  #keepHere() {
    const revision = this.#revision;
    this.keptHere = false;
    void keep(this.#key, { revision, content: this.#content, sent: this.#sent }).then((kept) => {
      if (revision !== this.#revision) return;
      this.keptHere = kept;
      if (this.sentence) this.#announce();
    });
  }

  #announce() {
    this.dispatchEvent(new Event("change"));
  }

  /** @param {number} milliseconds */
  #schedule(milliseconds) {
    clearTimeout(this.#timer);
    if (!this.#closed) this.#timer = setTimeout(() => void this.#send(), milliseconds);
  }

  #send() {
    this.#sending ??= this.#put().finally(() => (this.#sending = null));
    return this.#sending;
  }

  async #put() {
    const revision = this.#revision;
    if (this.#sent || this.other) return;
    const result = await put(`${this.#path}/draft`, { revision, content: this.#content });
    if (result.kind === "value") {
      this.#wait = delay;
      this.#sent = revision === this.#revision;
      if (this.#closed) return;
      if (this.#sent) this.#keepHere();
      else this.#schedule(delay);
    } else if (result.kind === "refused") {
      this.sentence = result.sentence;
      if (result.code === "draft-taken") await this.#fetchOther();
    } else {
      this.#wait = Math.min(this.#wait * 2, longestDelay);
      this.#schedule(this.#wait);
    }
    this.#announce();
  }

  async #fetchOther() {
    const result = await get(this.#path);
    const theirs = result.kind === "value" ? result.value.draft : null;
    if (theirs && JSON.stringify(theirs.content?.answers) === JSON.stringify(this.#content?.answers)) {
      // The same answers: only the counters differ.
      this.#revision = Math.max(this.#revision, theirs.revision);
      this.#sent = true;
      this.sentence = "";
      this.#keepHere();
    } else this.other = theirs;
  }
}
