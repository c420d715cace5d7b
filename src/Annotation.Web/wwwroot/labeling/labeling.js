// <annotation-labeling>: the labeler's desk. Shows the current task, hands keys to it, and puts what was decided into
// the outbox; nothing here waits for the server before the next task is on screen.
import { DemonstrationTask } from "./demonstration-task.js";
import { askReason, showGuideline, showKeys } from "./dialogs.js";
import { h, prose, takesText } from "./dom.js";
import { draftKey } from "./draft.js";
import { Outbox } from "./outbox.js";
import { RankingTask } from "./ranking-task.js";
import { uuid } from "./server.js";
import { Tasks } from "./tasks.js";

const roles = { system: "System", user: "User", assistant: "Assistant" };

class Labeling extends HTMLElement {
  #person = "";
  /** @type {Outbox} */ #outbox;
  /** @type {Tasks} */ #tasks;
  /** @type {RankingTask | DemonstrationTask | null} */ #work = null;
  /** @type {import("./types.js").TaskView | undefined} */ #shown;
  #activeMilliseconds = 0;
  #ticker = 0;
  #doneShown = 0;

  #progress = h("p", { class: "progress quiet", role: "status" });
  #sync = h("p", { class: "sync quiet", role: "status" });
  #desk = h("div", { class: "desk" });
  #notices = h("div", { class: "notices" });
  #status = h("p", { class: "status quiet", role: "status" });
  #summary = h("div", { class: "summary" });
  #undo = h("button", { type: "button", class: "button bare", onclick: () => this.#undoLast() }, "Undo ", h("kbd", {}, "U"));
  #submit = h("button", { type: "button", class: "button primary", onclick: () => this.#send() }, "Submit ", h("kbd", {}, "Enter"));
  #foot = h(
    "footer",
    { class: "foot" },
    this.#summary,
    this.#status,
    h("div", { class: "foot-actions" }, this.#undo, h("button", { type: "button", class: "button bare", onclick: () => this.#skip() }, "Skip ", h("kbd", {}, "S")), this.#submit),
  );

  connectedCallback() {
    this.#person = this.dataset.person ?? "";
    this.#outbox = new Outbox(this.#person);
    this.#tasks = new Tasks(this.#person, this.dataset.project ?? "");
    this.replaceChildren(
      h(
        "div",
        { class: "desk-line" },
        h("h1", {}, this.dataset.project ?? ""),
        this.#progress,
        h("span", { class: "spacer" }),
        this.#sync,
        h("button", { type: "button", class: "button bare", onclick: () => this.#guideline() }, "Guideline ", h("kbd", {}, "G")),
        h("button", { type: "button", class: "button bare", onclick: showKeys }, "Keys ", h("kbd", {}, "?")),
      ),
      this.#notices,
      this.#desk,
      this.#foot,
    );
    document.addEventListener("keydown", this.#key);
    this.#outbox.addEventListener("change", this.#showSync);
    this.#tasks.addEventListener("change", this.#show);
    this.#ticker = setInterval(() => this.#tick(), 1000);
    this.#show();
    this.#showSync();
    void this.#tasks.start();
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.#key);
    clearInterval(this.#ticker);
    this.#outbox.stop();
    this.#tasks.stop();
  }

  /** @param {KeyboardEvent} event */
  #key = (event) => {
    if (event.isComposing || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const writing = takesText(event.target);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.#send();
      return;
    }
    if (writing || event.ctrlKey || event.metaKey) return;
    if (this.#common(event) || this.#work?.key(event)) event.preventDefault();
  };

  /** Keys that mean the same in every kind of task. @param {KeyboardEvent} event */
  #common(event) {
    if (event.altKey) return false;
    if (event.key === "?") showKeys();
    else if (event.key === "g" || event.key === "G") this.#guideline();
    else if (!this.#work || event.repeat) return false;
    else if (event.key === "s" || event.key === "S") this.#skip();
    else if (event.key === "u" || event.key === "U") this.#undoLast();
    // Enter on a button or link presses that, nothing else.
    else if (event.key === "Enter" && !(event.target instanceof Element && event.target.closest("button, a, summary"))) this.#send();
    else return false;
    return true;
  }

  #guideline() {
    if (this.#shown) showGuideline(this.#shown.guidelineHtml, this.#shown.guidelineVersion);
  }

  #undoLast() {
    this.#work?.undo();
    this.#showFoot();
  }

  #send() {
    const task = this.#shown;
    if (!task || !this.#work) return;
    const missing = this.#work.missing();
    if (missing) {
      this.#work.goToMissing();
      this.#status.textContent = `${missing}.`;
      this.#status.classList.add("asking");
      return;
    }
    const key = uuid();
    const body = { submissionKey: key, leaseVersion: task.leaseVersion, answers: this.#work.answers(), activeMilliseconds: this.#activeMilliseconds };
    this.#outbox.add(`/api/labeling/assignments/${task.assignmentId}/submit`, body, this.#title(task), draftKey(this.#person, task), key);
    this.#tasks.done();
  }

  #skip() {
    const task = this.#shown;
    if (!task) return;
    askReason((reason) => {
      this.#outbox.add(`/api/labeling/assignments/${task.assignmentId}/skip`, { leaseVersion: task.leaseVersion, reason }, `Skipping “${this.#title(task)}”`, draftKey(this.#person, task));
      this.#tasks.done();
    });
  }

  /** The start of a task's last turn, to recognise it by. @param {import("./types.js").TaskView} task */
  #title(task) {
    const text = (task.prompt.at(-1)?.text ?? "").replace(/\s+/g, " ").trim();
    return text.length > 60 ? `${text.slice(0, 60)}…` : text;
  }

  #tick() {
    if (this.#shown && !document.hidden && this.#tasks.idleFor < 60_000) this.#activeMilliseconds += 1000;
  }

  #show = () => {
    const task = this.#tasks.current;
    if (task && task.assignmentId !== this.#shown?.assignmentId) this.#begin(task);
    else if (!task) this.#rest();
    this.#showSync();
    this.#showFoot();
  };

  /** @param {import("./types.js").TaskView} task */
  #begin(task) {
    this.#shown = task;
    this.#activeMilliseconds = 0;
    const draft = draftKey(this.#person, task);
    const changed = () => this.#showFoot();
    this.#work = task.kind === "ranking" ? new RankingTask(task, draft, changed) : new DemonstrationTask(task, draft, changed);
    const turns = task.prompt.map((turn) => h("div", { class: `turn ${turn.role}` }, h("p", { class: "role" }, roles[turn.role] ?? turn.role), prose(turn.html)));
    this.#desk.className = `desk ${task.kind}`;
    this.#desk.replaceChildren(h("section", { class: "prompt", "aria-label": "Prompt", tabindex: 0 }, h("h2", { class: "visually-hidden" }, "Prompt"), ...turns), this.#work.element);
    this.#summary.replaceChildren(this.#work.summary);
    this.#foot.hidden = false;
    scrollTo({ top: 0 });
    this.#work.focus();
  }

  #rest() {
    const said = {
      loading: ["One moment", "Fetching your next task."],
      empty: ["All done for now", "There is no task left for you in this project. This page looks again by itself."],
      offline: ["No connection", "What you have done is kept in this browser and sent when the server answers again."],
      signedOut: ["You are signed out", "Sign in again; what you have done is kept in this browser."],
      refused: ["That did not work", this.#tasks.sentence],
      ready: ["One moment", ""],
    }[this.#tasks.state];
    this.#shown = undefined;
    this.#work = null;
    this.#foot.hidden = true;
    this.#desk.className = "desk rest";
    if (this.#desk.querySelector("h2")?.textContent !== said[0]) {
      const links = h("p", {}, h("a", { href: this.#tasks.state === "signedOut" ? "/sign-in?returnUrl=/label" : "/label" }, this.#tasks.state === "signedOut" ? "Sign in" : "Choose a project"));
      this.#desk.replaceChildren(h("section", { class: "panel stack", role: "status" }, h("h2", {}, said[0]), h("p", {}, said[1]), links));
    }
  }

  #showFoot() {
    const missing = this.#work?.missing() ?? null;
    this.#submit.setAttribute("aria-disabled", String(missing !== null));
    this.#undo.setAttribute("aria-disabled", String(!this.#work?.canUndo));
    this.#undo.hidden = this.#shown?.kind === "demonstration";
    this.#status.classList.remove("asking");
    this.#status.textContent = this.#shown?.lost ?? (missing === null ? "Ready to submit" : this.#work?.started ? missing : "");
  }

  #showSync = () => {
    const entries = this.#outbox.waiting;
    const waiting = entries.length;
    const state = this.#outbox.state;
    this.#sync.textContent = waiting === 0 ? "All saved" : state === "offline" ? `Offline: ${waiting} kept here, will be sent` : state === "signedOut" ? `Signed out: ${waiting} kept here` : `Sending ${waiting}…`;
    this.#sync.className = `sync quiet ${waiting > 0 && state !== "idle" ? "behind" : ""}`;
    this.#showProgress(entries.filter((entry) => entry.path.endsWith("/submit")).length);
    this.#notices.replaceChildren(
      ...this.#outbox.refused.map((entry) =>
        h(
          "div",
          { class: "notice bad", role: "alert" },
          h("strong", {}, `Not stored: “${entry.title}”. `),
          entry.refused ?? "",
          " ",
          h("button", { type: "button", class: "button bare", onclick: () => this.#outbox.discard(entry.id) }, "Dismiss"),
        ),
      ),
    );
  };

  /** @param {number} waiting */
  #showProgress(waiting) {
    const task = this.#shown;
    if (!task) return;
    // The server counted when it handed the task out; what was decided since then is added here.
    const done = Math.max(task.doneToday + waiting, this.#doneShown);
    this.#doneShown = done;
    this.#progress.textContent = `${done} done today · ${Math.max(1, task.openTaskCount - (done - task.doneToday))} open`;
  }
}

customElements.define("annotation-labeling", Labeling);
