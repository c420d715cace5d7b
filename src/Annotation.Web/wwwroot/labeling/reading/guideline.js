// The guideline, one key away.
import { open, closing } from "../dialogs.js";
import { h, prose } from "../dom.js";

/** @param {import("../types.js").TaskView} task */
export function showGuideline(task) {
  const text = task.guidelineHtml ? prose(task.guidelineHtml) : h("p", { class: "quiet" }, "This project has no guideline yet.");
  const dialog = open(`Guideline (version ${task.guidelineVersion})`, text, closing(() => dialog));
}
