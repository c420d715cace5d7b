// The guideline, one key away: what changed since the last visit on top, then the text and the worked examples.
import { closing, open } from "../dialogs.js";
import { h } from "../dom.js";
import { get, post } from "../server.js";
import { richBody } from "./body.js";

/** @typedef {import("../types.js").TaskView} TaskView */

/** Versions read while this page is open, by project. @type {Map<string, number>} */
const read = new Map();

/** A line that says that there is something new to read; null when there is not. @param {TaskView} task */
export function guidelineNews(task) {
  const seen = Math.max(task.seenGuidelineVersion ?? 0, read.get(task.project) ?? 0);
  if (!task.guidelineHtml || seen >= task.guidelineVersion) return null;
  const said = seen === 0 ? "You have not read this project’s guideline yet." : "The guideline has changed since you read it.";
  return h("p", { class: "guideline-news" }, said, " ", h("button", { type: "button", class: "button bare", onclick: () => showGuideline(task) }, "Read ", h("kbd", {}, "G")));
}

/** @param {TaskView} task */
export function showGuideline(task) {
  const place = h("div", { class: "guideline" }, text(task.guidelineHtml));
  const dialog = open(`Guideline (version ${task.guidelineVersion})`, place, closing(() => dialog));
  dialog.classList.add("reading");
  void fill(task, place, /** @type {HTMLElement} */ (dialog.querySelector("h2")));
}

/** @param {TaskView} task @param {HTMLElement} place @param {HTMLElement} title */
async function fill(task, place, title) {
  const path = `/api/labeling/guideline?project=${encodeURIComponent(task.project)}`;
  const result = await get(path);
  // Without a connection the text that came with the task is there already.
  if (result.kind !== "value" || !place.isConnected) return;
  const view = result.value;
  title.textContent = `Guideline (version ${view.version})`;
  const changed = view.changes.length > 0 ? h("section", { "aria-label": "Changes" }, h("h3", {}, `Changed since you last read it (version ${view.seenVersion})`), changes(view.changes)) : null;
  place.replaceChildren(...[changed, text(view.html), ...view.examples.map(example)].filter((part) => part !== null));
  const seen = await post(`${path.replace("guideline?", "guideline/seen?")}`, { version: view.version });
  if (seen.kind !== "value") return;
  read.set(task.project, view.version);
  document.querySelectorAll(".guideline-news").forEach((element) => element.remove());
}

/** @param {string} html */
const text = (html) => (html ? richBody({ html }) : h("p", { class: "quiet" }, "This project has no guideline yet."));

/** The lines that changed, each with one that stayed before and after it. @param {{change: string, text: string}[]} lines */
function changes(lines) {
  const near = (/** @type {number} */ at) => [at - 1, at, at + 1].some((i) => lines[i] && lines[i].change !== "same");
  return h(
    "div",
    { class: "changes", dir: "auto" },
    ...lines.flatMap((line, at) => {
      if (line.change === "same") return near(at) ? [h("p", {}, line.text)] : near(at - 1) ? [h("p", { class: "gap", "aria-hidden": "true" }, "…")] : [];
      return [h("p", { class: line.change }, h("span", { class: "visually-hidden" }, line.change === "added" ? "New: " : "Gone: "), line.text)];
    }),
  );
}

/** @param {{title: string, promptHtml: string, completions: {html: string, rank: number | null}[], explanationHtml: string}} example */
function example(example) {
  const completions = example.completions.map((completion) => h("div", { class: "example-completion" }, completion.rank ? h("p", { class: "tag" }, `Rank ${completion.rank}`) : null, richBody(completion)));
  return h("section", { class: "example" }, h("h3", {}, example.title), richBody({ html: example.promptHtml }, "example-prompt"), h("div", { class: "example-completions" }, ...completions), richBody({ html: example.explanationHtml }));
}
