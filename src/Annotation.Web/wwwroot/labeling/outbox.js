// What the labeler has done waits here until the server has it: in localStorage, one entry per submission, so that
// a dead network, a restarted server or a closed tab loses nothing. Entries carry their own key and are safe to send twice.
import { post, uuid } from "./server.js";

/** @typedef {{id: string, at: number, path: string, body: object, title: string, draft: string, refused?: string}} Entry */

export class Outbox extends EventTarget {
  #prefix;
  #sending = false;
  #delay = 1000;
  #timer = 0;
  #state = "idle";
  #stopped = false;

  /** @param {string} person entries of another person on the same browser stay theirs */
  constructor(person) {
    super();
    this.#prefix = `annotation/${person}/outbox/`;
    addEventListener("online", this.#wake);
    addEventListener("storage", this.#changed);
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
   * Keeps an entry and starts to send it.
   * @param {string} path
   * @param {object} body
   * @param {string} title what it is, for the labeler
   * @param {string} draft key of the draft that goes when the server has accepted the entry
   * @param {string} [id] the submission key
   */
  add(path, body, title, draft, id = uuid()) {
    this.#store({ id, at: Date.now(), path, body, title, draft });
    this.#wake();
  }

  /** Forgets a refused entry. @param {string} id */
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

  /** @param {Entry} entry */
  #accepted(entry) {
    localStorage.removeItem(this.#prefix + entry.id);
    localStorage.removeItem(entry.draft);
  }

  async #send() {
    if (this.#sending || this.#stopped) return;
    this.#sending = true;
    try {
      for (let entry = this.waiting[0]; entry && !this.#stopped; entry = this.waiting[0]) {
        const result = await post(entry.path, entry.body);
        this.#state = result.kind === "offline" || result.kind === "signedOut" ? result.kind : "idle";
        if (this.#state !== "idle") {
          this.#timer = setTimeout(() => void this.#send(), this.#delay);
          this.#delay = Math.min(this.#delay * 2, 30_000);
          break;
        }
        this.#delay = 1000;
        if (result.kind === "refused") this.#store({ ...entry, refused: result.sentence });
        else this.#accepted(entry);
        this.#changed();
      }
    } finally {
      this.#sending = false;
      this.#changed();
    }
  }
}
