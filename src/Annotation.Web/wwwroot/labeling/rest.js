// What the desk says when there is no task on it.
import { h } from "./dom.js";

/**
 * @param {string} state as in tasks.js, or "corrected"
 * @param {string} sentence the server's reason
 * @param {string} project
 */
export function restPage(state, sentence, project) {
  const said = {
    loading: ["One moment", "Fetching your next task."],
    empty: ["All done for now", "There is no task left for you in this project. This page looks again by itself."],
    offline: ["No connection", "What you have done is kept in this browser and sent when the server answers again."],
    signedOut: ["You are signed out", "Sign in again; what you have done is kept in this browser."],
    limit: ["That is all for you here", sentence],
    refused: ["That did not work", sentence],
    ready: ["One moment", ""],
    corrected: ["Corrected", "Your new judgement counts now; the earlier one stays on record."],
  }[state] ?? ["One moment", ""];
  const link =
    state === "signedOut" ? h("a", { href: "/sign-in?returnUrl=/label" }, "Sign in")
    : state === "corrected" ? h("a", { href: `/label?project=${encodeURIComponent(project)}` }, "Go on labeling")
    : h("a", { href: "/label" }, "Choose a project");
  return h("div", { class: "desk rest" }, h("section", { class: "panel stack", role: "status" }, h("h2", {}, said[0]), h("p", {}, said[1]), h("p", {}, link)));
}
