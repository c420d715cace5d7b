// <annotation-labeling-preview data-task="{…}">: a task as labelers will see it, from a TaskView in JSON and nothing else.
// Keys work while it has the focus; nothing is kept or sent.
import { h } from "./dom.js";
import { Keys, takesText } from "./keys.js";
import { Work } from "./work.js";

class LabelingPreview extends HTMLElement {
  static observedAttributes = ["data-task"];
  /** @type {Work | null} */ #work = null;
  #keys = new Keys();
  #status = h("p", { class: "status quiet", role: "status" });

  connectedCallback() {
    this.addEventListener("keydown", this.#key);
    this.#render();
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#render();
  }

  #render() {
    let task;
    try {
      task = JSON.parse(this.dataset.task ?? "null");
    } catch {
      task = null;
    }
    if (!task || task.questions.length === 0) {
      this.#work = null;
      this.replaceChildren(h("p", { class: "quiet" }, "Nothing to preview yet."));
      return;
    }
    const kept = this.#work?.draft();
    this.#work = new Work(task, this.#keys, () => this.#showStatus());
    if (kept) this.#work.restore(kept);
    this.replaceChildren(this.#work.element, h("footer", { class: "foot" }, this.#status));
    this.#showStatus();
  }

  #showStatus() {
    this.#status.textContent = this.#work?.missing() ?? "Ready to submit";
  }

  /** @param {KeyboardEvent} event */
  #key = (event) => {
    const action = this.#keys.match(event);
    if (!action || takesText(event.target) || action === "submit" || event.ctrlKey || event.metaKey) return;
    if (this.#work?.key(action, event)) event.preventDefault();
    event.stopPropagation();
  };
}

customElements.define("annotation-labeling-preview", LabelingPreview);
