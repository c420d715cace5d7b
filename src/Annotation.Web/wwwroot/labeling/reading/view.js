// How the completions stand: beside each other where there is room, always beside, or below each other; and whether
// they scroll as one. Both are the labeler's choice, kept in this browser because they depend on its screen.
import { h } from "../dom.js";
import { setFolded } from "./fold.js";
import { scrollTogether } from "./scrolling.js";

const layouts = { auto: "Layout: by width", beside: "Layout: beside", below: "Layout: stacked" };
const storage = "annotation/view";
/** @type {() => void} */ let end = () => {};
/** @type {HTMLElement} */ let layoutButton;
/** @type {HTMLElement} */ let togetherButton;

/** @returns {{layout: "auto" | "beside" | "below", together: boolean}} */
function view() {
  return { layout: "auto", together: false, ...JSON.parse(localStorage.getItem(storage) ?? "{}") };
}

/** @param {Partial<ReturnType<typeof view>>} change */
function choose(change) {
  localStorage.setItem(storage, JSON.stringify({ ...view(), ...change }));
  applyView();
}

export function nextLayout() {
  const order = /** @type {("auto" | "beside" | "below")[]} */ (Object.keys(layouts));
  choose({ layout: order[(order.indexOf(view().layout) + 1) % order.length] });
}

export function toggleTogether() {
  choose({ together: !view().together });
}

/** Brings the completions on the page to what is chosen. */
export function applyView() {
  const { layout, together } = view();
  if (layoutButton) /** @type {Text} */ (layoutButton.firstChild).data = `${layouts[layout]} `;
  togetherButton?.setAttribute("aria-pressed", String(together));
  end();
  const cards = document.querySelector("annotation-labeling .cards");
  if (!(cards instanceof HTMLElement)) return;
  cards.dataset.layout = layout;
  cards.classList.toggle("together", together && layout !== "below");
  const boxes = /** @type {HTMLElement[]} */ ([...cards.querySelectorAll(".foldable")]);
  for (const box of boxes) box.toggleAttribute("data-scrolls", cards.classList.contains("together"));
  if (!cards.classList.contains("together")) return boxes.forEach((box) => box.firstElementChild?.removeAttribute("tabindex"));
  for (const box of boxes.filter((box) => box.classList.contains("folded"))) setFolded(box, false);
  const bodies = boxes.map((box) => /** @type {HTMLElement} */ (box.firstElementChild));
  for (const body of bodies) body.setAttribute("tabindex", "0");
  const stop = scrollTogether(bodies);
  cards.addEventListener("keydown", page);
  end = () => {
    stop();
    cards.removeEventListener("keydown", page);
  };
}

/** Page keys scroll the completions, whichever has the focus. @param {KeyboardEvent} event */
function page(event) {
  const cards = /** @type {HTMLElement} */ (event.currentTarget);
  const body = cards.querySelector(".body");
  if (!body || event.ctrlKey || event.altKey || event.metaKey || (event.target instanceof Element && event.target.matches("textarea, input"))) return;
  const step = { PageDown: body.clientHeight * 0.9, PageUp: -body.clientHeight * 0.9, Home: -Infinity, End: Infinity }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  // The longest leads: the others stand at the same share.
  const longest = [...cards.querySelectorAll(".body")].reduce((a, b) => (b.scrollHeight > a.scrollHeight ? b : a));
  longest.scrollTop = Math.min(Math.max(longest.scrollTop + step, 0), longest.scrollHeight);
}

/** @param {(action: string) => () => void} act @param {(action: string) => string} hint */
export function viewButtons(act, hint) {
  layoutButton = h("button", { type: "button", class: "button bare", "data-for": "many", "data-layout-switch": true, onclick: act("layout") }, `${layouts[view().layout]} `, h("kbd", { "aria-hidden": "true" }, hint("layout")));
  togetherButton = h("button", { type: "button", class: "button bare", "data-for": "many", "aria-pressed": String(view().together), onclick: act("equalScroll") }, "Scroll together ", h("kbd", { "aria-hidden": "true" }, hint("equalScroll")));
  return [layoutButton, togetherButton];
}
