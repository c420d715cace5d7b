// <annotation-labeling>: the labeler's desk. Shows the current task, hands keys to it, and puts what was decided into
// the outbox; nothing here waits for the server before the next task is on screen.
import { Bar } from "./bar.js";
import { askReason, showKeys } from "./dialogs.js";
import { h } from "./dom.js";
import { Draft, draftKey } from "./draft.js";
import { Keys, takesText } from "./keys.js";
import { Measure } from "./measure.js";
import { Outbox } from "./outbox.js";
import { readingKey, tools } from "./reading/reading.js";
import { restPage } from "./rest.js";
import { get, post, uuid } from "./server.js";
import { changePage, knownPage, readPage } from "./settings.js";
import { Tasks } from "./tasks.js";
import { Work } from "./work.js";

/** @typedef {import("./types.js").TaskView} TaskView */

class Labeling extends HTMLElement {
  #person = "";
  /** @type {Outbox} */ #outbox;
  /** @type {Tasks} */ #tasks;
  /** @type {Keys} */ #keys;
  /** @type {Bar} */ #bar;
  /** @type {Measure} */ #measure;
  /** @type {Work | null} */ #work = null;
  /** @type {Draft | null} */ #draft = null;
  /** A judgement that is looked up and corrected, instead of the next task. @type {TaskView | null} */ #correcting = null;
  /** The last submit, as long as it can be taken back. @type {{task: TaskView, id: string, until: number} | null} */ #last = null;
  #desk = h("div", { class: "desk-place" });

  connectedCallback() {
    this.#person = this.dataset.person ?? "";
    this.#keys = new Keys(knownPage(this.#person).keys);
    this.#measure = new Measure();
    this.#outbox = new Outbox(this.#person);
    this.#tasks = new Tasks(this.#person, this.dataset.project ?? "", () => this.#outbox.waiting.map((entry) => entry.assignmentId));
    this.#bar = new Bar(this.#keys, { submit: this.#send, skip: this.#skip, undo: this.#undo, undoSubmit: this.#undoSubmit, reopen: this.#reopen, keepMine: () => this.#draft?.keepMine(), takeTheirs: this.#takeTheirs, discard: (id) => this.#outbox.discard(id) });
    const line = [...tools(() => this.#work, (action) => this.#keys.hint(action)), h("button", { type: "button", class: "button bare", onclick: this.#showKeys }, "Keys ", h("kbd", {}, "?"))];
    this.replaceChildren(this.#bar.head(this.dataset.project ?? "", line), this.#bar.notices, this.#desk, this.#bar.foot);
    document.addEventListener("keydown", this.#key);
    addEventListener("pagehide", this.#leave);
    document.addEventListener("visibilitychange", this.#leave);
    this.#outbox.addEventListener("change", this.#showState);
    this.#outbox.addEventListener("accepted", (event) => this.#accepted(/** @type {CustomEvent} */ (event).detail));
    this.#outbox.addEventListener("refused", (event) => this.#refused(/** @type {CustomEvent} */ (event).detail.entry));
    this.#tasks.addEventListener("change", this.#show);
    void readPage(this.#person).then((page) => JSON.stringify(page.keys ?? {}) !== JSON.stringify(this.#keys.own) && this.#useKeys(page.keys));
    if (this.dataset.assignment) void this.#lookUp(this.dataset.assignment);
    else {
      this.#show();
      void this.#tasks.start();
    }
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.#key);
    removeEventListener("pagehide", this.#leave);
    document.removeEventListener("visibilitychange", this.#leave);
    this.#leave();
    this.#measure.stop();
    this.#outbox.stop();
    this.#tasks.stop();
  }

  /** @param {KeyboardEvent} event */
  #key = (event) => {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const writing = takesText(event.target);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
      event.preventDefault();
      this.#send();
    } else if (writing && event.key === "Escape" && !event.isComposing) {
      /** @type {HTMLElement} */ (event.target).blur();
      this.#work?.cards.focus();
    } else if (writing && event.altKey && (event.code === "Enter" || this.#keys.match(event) === "turn") && this.#work?.key("turn", event)) event.preventDefault();
    else if (!writing && event.key === "Tab" && !event.ctrlKey && !event.altKey) {
      if (this.#work?.tab(event.shiftKey)) event.preventDefault();
    } else if (!writing && !event.ctrlKey && !event.metaKey) {
      const action = this.#keys.match(event);
      if (action) this.#act(action, event);
    }
  };

  /** @param {string} action @param {KeyboardEvent} event */
  #act(action, event) {
    // Enter on a button or link presses that, nothing else.
    const pressing = /^(Enter|NumpadEnter|Space)$/.test(event.code) && event.target instanceof Element && event.target.closest("button, a, summary");
    if (pressing) return;
    const once = { submit: this.#send, skip: this.#skip, undo: this.#undo, keys: this.#showKeys }[action];
    if (once) {
      event.preventDefault();
      if (!event.repeat) once();
    } else if (this.#work && (this.#work.key(action, event) || readingKey(action, this.#work))) event.preventDefault();
  }

  #showKeys = () => showKeys(this.#keys, () => changePage(this.#person, { keys: this.#keys.own }));

  /** @param {Record<string, string[]>} own */
  #useKeys(own) {
    this.#keys.use(own ?? {});
    this.#bar.showHints();
  }

  #undo = () => {
    if (this.#work?.canUndo) this.#work.undo();
    else void this.#undoSubmit();
  };

  #send = () => {
    const task = this.#work?.task;
    if (!task || !this.#work || !this.#draft) return;
    const missing = this.#work.missing();
    if (missing) {
      this.#work.goToMissing();
      this.#bar.ask(`${missing}.`);
      return;
    }
    const id = uuid();
    const body = {
      submissionKey: id,
      leaseVersion: task.leaseVersion,
      answers: this.#work.answers(),
      activeMilliseconds: this.#measure.activeMilliseconds,
      interaction: this.#measure.interaction(this.#work.changeCount),
    };
    const problem = this.#outbox.add(this.#entry("submit", body, titleOf(task)), this.#draft.close(), id);
    if (problem) return this.#bar.ask(problem);
    if (this.#correcting) return this.#bar.ask("Sending the correction…");
    this.#last = { task, id, until: Date.now() + 120_000 };
    this.#tasks.done();
  };

  #skip = () => {
    const task = this.#work?.task;
    if (!task || this.#correcting) return;
    askReason((reason) => {
      this.#outbox.add(this.#entry("skip", { leaseVersion: task.leaseVersion, reason }, `Skipping “${titleOf(task)}”`), this.#draft?.close() ?? Promise.resolve());
      this.#tasks.done();
    });
  };

  /** @param {string} verb @param {object} body @param {string} title */
  #entry(verb, body, title) {
    const assignmentId = this.#work?.task.assignmentId ?? "";
    return { path: `/api/labeling/assignments/${assignmentId}/${verb}`, body, title, assignmentId, draft: draftKey(this.#person, assignmentId) };
  }

  /** Takes the last submit back: from the outbox while it waits there, from the server after that. */
  #undoSubmit = async () => {
    const last = this.#last;
    if (!last || Date.now() > last.until) return;
    if (this.#outbox.withdraw(last.id)) return this.#returned(last.task);
    await this.#outbox.settled(last.id);
    const result = await post(`/api/labeling/assignments/${last.task.assignmentId}/undo`, { leaseVersion: last.task.leaseVersion });
    if (result.kind === "value") return this.#returned(result.value);
    // The answer to an undo that got lost: the task is open again already.
    const now = await get(`/api/labeling/assignments/${last.task.assignmentId}`);
    if (now.kind === "value" && !now.value.submittedAt) this.#returned(now.value);
    else this.#bar.ask(result.kind === "refused" ? result.sentence : "No connection: the submit cannot be taken back right now.");
  };

  /** @param {TaskView} task */
  #returned(task) {
    this.#last = null;
    this.#bar.takeBack();
    this.#tasks.bringBack(task);
  }

  /** @param {{entry: import("./outbox.js").Entry, value: any}} detail */
  #accepted({ entry, value }) {
    if (this.#last?.id === entry.id && value?.undoUntil) this.#last.until = Date.parse(value.undoUntil);
    if (this.#correcting?.assignmentId !== entry.assignmentId) return;
    const project = this.#correcting.project;
    this.#correcting = null;
    this.#clear(restPage("corrected", "", project));
  }

  /** The server does not take it: back to it when nothing else was begun, else a notice leads there. @param {import("./outbox.js").Entry} entry */
  #refused(entry) {
    if (this.#last?.id === entry.id) this.#last = null;
    if (entry.path.endsWith("/submit") && (this.#correcting || !this.#work || this.#work.changeCount === 0)) void this.#reopen(entry);
  }

  /** @param {import("./outbox.js").Entry} entry */
  #reopen = async (entry) => {
    const result = await get(`/api/labeling/assignments/${entry.assignmentId}`);
    if (result.kind !== "value") return;
    this.#outbox.discard(entry.id);
    if (this.#correcting) this.#begin(result.value, entry.refused);
    else this.#tasks.bringBack({ ...result.value, sentence: entry.refused });
  };

  #takeTheirs = () => {
    this.#draft?.takeOther();
    this.#work?.restore(this.#draft?.content?.answers ?? {});
    this.#showState();
  };

  /** A judgement of one's own, to read or correct. @param {string} id */
  async #lookUp(id) {
    const result = await get(`/api/labeling/assignments/${id}`);
    if (result.kind !== "value") return this.#clear(restPage(result.kind, result.kind === "refused" ? result.sentence : "", ""));
    if (!result.value.submittedAt) return location.replace(`/label?project=${encodeURIComponent(result.value.project)}`);
    this.#correcting = result.value;
    this.#begin(result.value);
  }

  #show = () => {
    const task = this.#tasks.current;
    if (this.#correcting) return;
    if (task && (task.assignmentId !== this.#work?.task.assignmentId || task.leaseVersion !== this.#work.task.leaseVersion)) this.#begin(task, task.sentence);
    else if (!task) this.#clear(restPage(this.#tasks.state, this.#tasks.sentence, this.dataset.project ?? ""));
    this.#showState();
  };

  /** @param {TaskView} task @param {string} [sentence] */
  #begin(task, sentence) {
    void this.#draft?.close();
    const draft = (this.#draft = new Draft(this.#person, task));
    draft.addEventListener("change", this.#showState);
    this.#work?.stop();
    const path = `/api/labeling/assignments/${task.assignmentId}`;
    const server = { get: (/** @type {string} */ part) => get(path + part), post: (/** @type {string} */ part, /** @type {object} */ body) => post(path + part, body) };
    const work = (this.#work = new Work(task, this.#keys, this.#changed, server));
    work.restore(draft.content?.answers ?? task.answers ?? {});
    work.changeCount = draft.content?.changes ?? 0;
    this.#measure.begin(draft.content?.measured ?? null);
    this.#desk.replaceChildren(work.element);
    this.#bar.begin(task, this.#correcting !== null);
    scrollTo({ top: 0 });
    work.focus();
    this.#showState();
    if (sentence) this.#bar.ask(sentence);
    void draft.deepen().then((newer) => newer && work === this.#work && work.restore(draft.content?.answers ?? {}));
  }

  /** @param {Node} page */
  #clear(page) {
    void this.#draft?.close();
    this.#work?.stop();
    this.#work = null;
    this.#draft = null;
    this.#bar.rest();
    if (this.#desk.textContent !== page.textContent) this.#desk.replaceChildren(page);
  }

  #changed = () => {
    this.#bar.heard();
    if (this.#work) this.#draft?.save({ answers: this.#work.draft(), changes: this.#work.changeCount, measured: this.#measure.kept });
    this.#showState();
  };

  #leave = () => {
    if (document.hidden || !this.isConnected) this.#draft?.flush();
  };

  #showState = () => this.#bar.show(this.#work, this.#draft, this.#outbox, this.#last);
}

/** The start of a task's last turn, to recognise it by. @param {TaskView} task */
function titleOf(task) {
  const text = (task.prompt.at(-1)?.text ?? "").replace(/\s+/g, " ").trim();
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

customElements.define("annotation-labeling", Labeling);
