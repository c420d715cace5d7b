// What the labeler has done waits here until the server has it: in localStorage, one entry per submission, so that
// a dead network, a restarted server or a closed tab loses nothing. Entries carry their own key and are safe to send twice.
import { post, uuid } from "./server.js";
import { forget } from "./store.js";

/** @typedef {{id: string, at: number, path: string, body: object, title: string, assignmentId: string, draft: string, refused?: string}} Entry */

export class Outbox extends EventTarget {
  #prefix;
  #sending = false;
  #underway = "";
  #delay = 1000;
  #timer = 0;
  #state = "idle";
  #stopped = false;
  /** @type {Promise<unknown>} */ #before = Promise.resolve();

  /** @param {string} person entries of another person on the same browser stay theirs */
  constructor(person) {
    super();
    this.#prefix = `annotation/${person}/outbox/`;
    addEventListener("online", this.#wake);
    addEventListener("storage", this.#changed);
    this.#wake();
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
    removeEventListener("online", this.#wake);
    removeEventListener("storage", this.#changed);
  }

  /** Oldest first. @returns {Entry[]} */
  get entries() {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(this.#prefix))
      .map((key) => JSON.parse(localStorage.getItem(key) ?? "null"))
      .filter((entry) => entry !== null)
      .sort((a, b) => a.at - b.at);
  }

  get waiting() {
    return this.entries.filter((entry) => !entry.refused);
  }

  /** Entries that the server will never take, with its sentence. */
  get refused() {
    return this.entries.filter((entry) => entry.refused);
  }

  /** idle, offline or signedOut. */
  get state() {
    return this.#state;
  }

  /**
   * Keeps an entry and starts to send it. Fires "accepted" with {entry, value} or "refused" with {entry} in the end.
   * @param {Omit<Entry, "id" | "at">} entry its title is what the labeler knows it by; its draft goes when the server has accepted it
   * @param {Promise<unknown>} before what must be over before it is sent
   * @param {string} [id] the submission key
   * @returns {string | null} why it could not be kept, or null
   */
  add(entry, before, id = uuid()) {
    try {
      this.#store({ id, at: Date.now(), ...entry });
    } catch {
      return "This browser has no room to keep it until the server has it; close other tabs or free some space, then submit again.";
    }
    this.#before = before;
    this.#wake();
    return null;
  }

  /** Takes an entry back that is not on its way yet. @param {string} id */
  withdraw(id) {
    if (this.#underway === id || localStorage.getItem(this.#prefix + id) === null) return false;
    this.discard(id);
    return true;
  }

  /** Resolves when an entry is sent, refused or gone. @param {string} id @returns {Promise<void>} */
  settled(id) {
    return new Promise((resolve) => {
      const look = () => {
        if (this.#underway === id || this.waiting.some((entry) => entry.id === id)) return;
        this.removeEventListener("change", look);
        resolve();
      };
      this.addEventListener("change", look);
      look();
    });
  }

  /** Forgets an entry. @param {string} id */
  discard(id) {
    localStorage.removeItem(this.#prefix + id);
    this.#changed();
  }

  #wake = () => {
    this.#delay = 1000;
    clearTimeout(this.#timer);
    void this.#send();
  };

  #changed = () => void this.dispatchEvent(new Event("change"));

  /** @param {Entry} entry */
  #store(entry) {
    localStorage.setItem(this.#prefix + entry.id, JSON.stringify(entry));
  }

  async #send() {
    if (this.#sending || this.#stopped) return;
    this.#sending = true;
    try {
      for (let entry = this.waiting[0]; entry && !this.#stopped; entry = this.waiting[0]) {
        await this.#before;
        // It may have been taken back meanwhile.
        if (localStorage.getItem(this.#prefix + entry.id) === null) continue;
        this.#underway = entry.id;
        const result = await post(entry.path, entry.body);
        this.#underway = "";
        this.#state = result.kind === "offline" || result.kind === "signedOut" ? result.kind : "idle";
        if (this.#state !== "idle") {
          this.#timer = setTimeout(() => void this.#send(), this.#delay);
          this.#delay = Math.min(this.#delay * 2, 30_000);
          break;
        }
        this.#delay = 1000;
        this.#settle(entry, result);
      }
    } finally {
      this.#sending = false;
      this.#changed();
    }
  }

  /** @param {Entry} entry @param {import("./server.js").Result} result */
  #settle(entry, result) {
    if (result.kind === "refused") {
      entry.refused = result.sentence;
      this.#store(entry);
      this.dispatchEvent(new CustomEvent("refused", { detail: { entry } }));
    } else if (result.kind === "value") {
      localStorage.removeItem(this.#prefix + entry.id);
      forget(entry.draft);
      this.dispatchEvent(new CustomEvent("accepted", { detail: { entry, value: result.value } }));
    }
    this.#changed();
  }
}
