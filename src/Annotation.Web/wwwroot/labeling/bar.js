// The lines around the desk: progress and what is saved above it, the answer in short and the actions below.
import { h } from "./dom.js";

/** The server counts open tasks so far and no further. */
const mostCounted = 100;

/**
 * @typedef {object} Actions
 * @property {() => void} submit
 * @property {() => void} skip
 * @property {() => void} undo
 * @property {() => void} undoSubmit
 * @property {(entry: import("./outbox.js").Entry) => void} reopen
 * @property {() => void} keepMine
 * @property {() => void} takeTheirs
 * @property {(id: string) => void} discard
 */

export class Bar {
  #keys;
  #actions;
  #progress = h("p", { class: "progress quiet", role: "status" });
  #sync = h("p", { class: "sync quiet" });
  #status = h("p", { class: "status quiet", role: "status" });
  #summary = h("div", { class: "summary" });
  #undo;
  #skip;
  #submit;
  #takeBack;
  /** @type {import("./types.js").TaskView | null} */ #task = null;
  #correcting = false;
  #asked = "";
  #doneShown = 0;
  notices = h("div", { class: "notices" });
  foot;

  /** @param {import("./keys.js").Keys} keys @param {Actions} actions */
  constructor(keys, actions) {
    this.#keys = keys;
    this.#actions = actions;
    this.#undo = button("Undo ", "bare", actions.undo);
    this.#skip = button("Skip ", "bare", actions.skip);
    this.#submit = button("Submit ", "primary", actions.submit);
    this.#submit.querySelector("kbd")?.classList.add("reading");
    this.#submit.append(h("kbd", { class: "writing", "aria-hidden": "true" }, "Ctrl Enter"));
    this.#takeBack = button("Undo submit", "bare take-back", actions.undoSubmit);
    this.foot = h("footer", { class: "foot", hidden: true }, this.#summary, this.#status, h("div", { class: "foot-actions" }, this.#takeBack, this.#undo, this.#skip, this.#submit));
    this.showHints();
    void keys.ready.then(() => this.showHints());
  }

  /** The line above the desk. @param {string} title @param {Node[]} tools */
  head(title, tools) {
    return h("div", { class: "desk-line" }, h("h1", {}, title), this.#progress, h("span", { class: "spacer" }), this.#sync, h("div", { class: "desk-tools" }, ...tools));
  }

  showHints() {
    for (const [element, action] of /** @type {[HTMLElement, string][]} */ ([[this.#undo, "undo"], [this.#skip, "skip"], [this.#submit, "submit"]])) {
      /** @type {HTMLElement} */ (element.querySelector("kbd")).textContent = this.#keys.hint(action);
    }
  }

  /** @param {import("./types.js").TaskView} task @param {boolean} correcting */
  begin(task, correcting) {
    this.#task = task;
    this.#correcting = correcting;
    this.#asked = "";
    this.foot.hidden = false;
    this.#skip.hidden = correcting;
    /** @type {Text} */ (this.#submit.firstChild).data = correcting ? "Submit the correction " : "Submit ";
  }

  rest() {
    this.#task = null;
    this.#progress.textContent = "";
    this.foot.hidden = true;
  }

  /** Says something that wants attention, until the next change. @param {string} sentence */
  ask(sentence) {
    this.#asked = sentence;
    this.#status.textContent = sentence;
    this.#status.classList.add("asking");
  }

  /** One submit fewer was made. */
  takeBack() {
    this.#doneShown = Math.max(0, this.#doneShown - 1);
  }

  /**
   * @param {import("./work.js").Work | null} work
   * @param {import("./draft.js").Draft | null} draft
   * @param {import("./outbox.js").Outbox} outbox
   * @param {{until: number, id: string} | null} last
   */
  show(work, draft, outbox, last) {
    const missing = work?.missing() ?? null;
    const summary = work?.summary();
    this.#summary.replaceChildren(...(summary ? [summary] : []));
    this.#submit.setAttribute("aria-disabled", String(missing !== null));
    this.#undo.setAttribute("aria-disabled", String(!work?.canUndo));
    this.#takeBack.hidden = !last || this.#correcting || Date.now() > last.until;
    const said = work?.task.lost || draft?.sentence || (missing === null ? "Ready to submit" : work?.started ? missing : "");
    this.#status.textContent = this.#asked || said;
    this.#status.classList.toggle("asking", this.#asked !== "" || Boolean(draft?.sentence));
    this.#showSync(draft, outbox);
    this.#showProgress(outbox.waiting.filter((entry) => entry.path.endsWith("/submit")).length);
    this.#showNotices(draft, outbox);
  }

  /** The labeler went on: what was asked is heard. */
  heard() {
    this.#asked = "";
  }

  /** @param {import("./draft.js").Draft | null} draft @param {import("./outbox.js").Outbox} outbox */
  #showSync(draft, outbox) {
    const waiting = outbox.waiting.length;
    const state = outbox.state;
    const text =
      waiting === 0 ? (!draft || draft.saved ? "All saved" : draft.sentence && draft.keptHere ? "Kept in this browser" : "Saving…")
      : state === "offline" ? `Offline: ${waiting} kept here, will be sent`
      : state === "signedOut" ? `Signed out: ${waiting} kept here`
      : `Sending ${waiting}…`;
    // That a draft is being saved is for the eye; that the server is away is said aloud.
    this.#sync.setAttribute("aria-live", state === "idle" ? "off" : "polite");
    if (this.#sync.textContent !== text) this.#sync.textContent = text;
    this.#sync.classList.toggle("behind", waiting > 0 && state !== "idle");
  }

  /** @param {number} waiting */
  #showProgress(waiting) {
    const task = this.#task;
    if (!task) return;
    if (this.#correcting) {
      this.#progress.textContent = `Your judgement of ${new Date(task.submittedAt ?? "").toLocaleString()}`;
      return;
    }
    // The server counted when it handed the task out; what was decided since then is added here.
    const done = Math.max(task.doneToday + waiting, this.#doneShown);
    this.#doneShown = done;
    const open = task.openTaskCount >= mostCounted ? `${mostCounted}+` : Math.max(1, task.openTaskCount - (done - task.doneToday));
    this.#progress.textContent = `${done} done today · ${open} open`;
  }

  /** @param {import("./draft.js").Draft | null} draft @param {import("./outbox.js").Outbox} outbox */
  #showNotices(draft, outbox) {
    const refused = outbox.refused.map((entry) =>
      notice("bad", h("strong", {}, `Not stored: “${entry.title}”. `), entry.refused ?? "", " ", entry.path.endsWith("/submit") ? button("Back to it", "", () => this.#actions.reopen(entry)) : null, button("Dismiss", "bare", () => this.#actions.discard(entry.id))),
    );
    const other = draft?.other
      ? [notice("warn", "Another tab or browser has changed this task too. ", button("Go on with mine", "", this.#actions.keepMine), button("Take the other one", "bare", this.#actions.takeTheirs))]
      : [];
    const now = [...refused, ...other];
    if (now.length > 0 || this.notices.childElementCount > 0) this.notices.replaceChildren(...now);
  }
}

/** @param {string} text @param {string} kind @param {() => void} onclick */
function button(text, kind, onclick) {
  return h("button", { type: "button", class: `button ${kind}`, onclick }, text, text.endsWith(" ") ? h("kbd", { "aria-hidden": "true" }) : null);
}

/** @param {string} kind @param {...(Node | string | null)} content */
function notice(kind, ...content) {
  return h("div", { class: `notice ${kind}`, role: "alert" }, ...content);
}
