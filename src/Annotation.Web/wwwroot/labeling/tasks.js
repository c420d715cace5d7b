// The tasks that this tab holds: the one on screen and the next ones, fetched ahead. Each is a lease that is renewed
// while somebody is at work and left to run out when nobody is: then nothing is asked for either, until somebody comes back.
import { get, post } from "./server.js";

const ahead = 3;
const idleAfter = 10 * 60_000;
const pollEvery = 10_000;
const offlinePollEvery = 1500;
const activities = ["keydown", "pointerdown", "pointermove", "scroll"];

/** @typedef {import("./types.js").TaskView} TaskView */

export class Tasks extends EventTarget {
  /** @type {TaskView[]} */ #held = [];
  /** @type {"loading" | "empty" | "offline" | "signedOut" | "refused" | "limit" | "ready"} */ state = "loading";
  /** The server's reason when the state is refused. */
  sentence = "";
  #project;
  #sent;
  #storage;
  #registry;
  #timers = [];
  #again = 0;
  #filling = false;
  #stopped = false;
  #lastActive = Date.now();

  /**
   * @param {string} person
   * @param {string} project
   * @param {() => string[]} sent assignments that are decided but not yet with the server, however long it is away
   */
  constructor(person, project, sent) {
    super();
    this.#project = project;
    this.#sent = sent;
    this.#storage = `annotation/${person}/tasks/${project}`;
    this.#registry = `annotation/${person}/held/`;
    for (const type of activities) addEventListener(type, this.#active, { passive: true });
    addEventListener("pagehide", this.#leave);
  }

  stop() {
    this.#stopped = true;
    this.#timers.forEach(clearInterval);
    for (const type of activities) removeEventListener(type, this.#active);
    removeEventListener("pagehide", this.#leave);
    this.#leave();
  }

  /** @returns {TaskView | undefined} */
  get current() {
    return this.#held[0];
  }

  async start() {
    this.#held = JSON.parse(sessionStorage.getItem(this.#storage) ?? "[]");
    this.#keep();
    await this.#refresh();
    await this.#renew(true);
    this.#timers = [setInterval(() => void this.#renew(), 30_000), setInterval(() => void this.#fill(), pollEvery)];
    await this.#fill();
  }

  /** Goes on to the next task. */
  done() {
    const task = this.#held.shift();
    // Until the submit has arrived the server would offer the task again; long after, its name only makes requests longer.
    if (task) localStorage.setItem(this.#registry + task.assignmentId, String(Date.now() + 10_000));
    this.#keep();
    this.#announce();
    void this.#fill();
  }

  /** Puts a task on the desk again, before the one that is there. @param {TaskView} task */
  bringBack(task) {
    this.#held = [task, ...this.#held.filter((held) => held.assignmentId !== task.assignmentId)];
    this.#keep();
    this.#announce();
  }

  get #idle() {
    return Date.now() - this.#lastActive > idleAfter;
  }

  #active = () => {
    const back = this.#idle;
    this.#lastActive = Date.now();
    // What is on screen may be somebody else's by now, and others may have come in.
    if (back) void this.#renew().then(() => this.#fill());
  };

  #leave = () => {
    for (const task of this.#held) localStorage.removeItem(this.#registry + task.assignmentId);
  };

  #announce() {
    if (this.#held.length > 0) this.state = "ready";
    else if (this.state === "ready") this.state = "loading";
    this.dispatchEvent(new Event("change"));
  }

  /** Remembers what this tab holds, and tells the other tabs. */
  #keep() {
    try {
      sessionStorage.setItem(this.#storage, JSON.stringify(this.#held));
    } catch {
      // No room: after a reload the server hands the same leases out again.
      sessionStorage.removeItem(this.#storage);
    }
    for (const task of this.#held) localStorage.setItem(this.#registry + task.assignmentId, String(Date.now() + 90_000));
  }

  /** Assignments that some open tab of this person shows or will show. */
  #heldAnywhere() {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(this.#registry))
      .filter((key) => {
        const fresh = Number(localStorage.getItem(key)) > Date.now();
        if (!fresh) localStorage.removeItem(key);
        return fresh;
      })
      .map((key) => key.slice(this.#registry.length));
  }

  async #fill() {
    if (this.#filling || this.#stopped || this.#idle) return;
    this.#filling = true;
    try {
      while (this.#held.length < ahead && !this.#stopped) {
        const shown = this.#held.map((task) => task.assignmentId);
        const holding = [...new Set([...shown, ...this.#heldAnywhere(), ...this.#sent()])].map((id) => `&holding=${id}`).join("");
        const result = await post(`/api/labeling/next?project=${encodeURIComponent(this.#project)}${holding}`);
        if (result.kind !== "value" || result.value === null) {
          this.state = result.kind === "value" ? "empty" : result.kind === "refused" && result.code === "limit-reached" ? "limit" : result.kind;
          this.sentence = result.kind === "refused" ? result.sentence : "";
          clearTimeout(this.#again);
          if (result.kind === "offline") this.#again = setTimeout(() => void this.#fill(), offlinePollEvery);
          break;
        }
        const { assignmentId, leaseVersion, leaseUntil } = result.value;
        const held = this.#held.find((task) => task.assignmentId === assignmentId);
        if (held) {
          // Claimed anew what is on this desk already: its lease is the newer one, and asking again at once would only go round.
          Object.assign(held, { leaseVersion, leaseUntil });
          this.#keep();
          break;
        }
        this.#held.push(result.value);
        this.#keep();
        if (this.#held.length === 1) this.#announce();
      }
    } finally {
      this.#filling = false;
      this.#announce();
    }
  }

  /** After a reload: the task on screen as the server now has it, with a draft from wherever it was last changed. */
  async #refresh() {
    const task = this.current;
    const result = task ? await get(`/api/labeling/assignments/${task.assignmentId}`) : null;
    if (!task || result?.kind !== "value") return;
    // Submitted elsewhere meanwhile: not this tab's any more.
    if (result.value.submittedAt) this.#held.shift();
    else Object.assign(task, result.value);
  }

  /** @param {boolean} [atStart] nothing is on screen yet */
  async #renew(atStart = false) {
    if (this.#idle || this.#stopped) return;
    for (const task of [...this.#held]) {
      const result = await post(`/api/labeling/assignments/${task.assignmentId}/renew`, { leaseVersion: task.leaseVersion });
      if (result.kind === "value" && result.value) Object.assign(task, result.value);
      // A lost lease: drop a task that nobody has looked at; the one on screen stays until the labeler submits it,
      // because the server may still accept it and its draft is kept in any case.
      if (result.kind !== "refused") continue;
      if (atStart || task !== this.current) this.#held = this.#held.filter((held) => held !== task);
      else task.lost = result.sentence;
    }
    this.#keep();
    this.#announce();
  }
}
