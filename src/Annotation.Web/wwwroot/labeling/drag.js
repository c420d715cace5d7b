// Dragging a card by its own text beside another one. By mouse a text is selected as long as the pointer is on its own
// card, and is dragged as soon as it is on another one, which is where every drag ends; anything but text drags at once.
// A finger or pen drags after a short hold, so that it can still scroll. The outer thirds of a card mean before and
// after it, its middle means level with it.
const holdMilliseconds = 250;
const threshold = 8;

/**
 * @param {HTMLElement} area
 * @param {{cards: () => HTMLElement[], enabled: () => boolean, drop: (from: HTMLElement, to: HTMLElement, where: "before" | "level" | "after") => void}} options
 */
export function dragging(area, options) {
  /** @type {{card: HTMLElement, pointer: number, x: number, y: number, active: boolean, text: boolean, timer: number, target?: HTMLElement, where?: "before" | "level" | "after"} | null} */
  let drag = null;

  /** @param {PointerEvent} event */
  const down = (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const card = target?.closest(".card");
    if (drag || event.button !== 0 || !options.enabled() || !(card instanceof HTMLElement) || target?.closest("a, button, textarea, input, summary")) return;
    drag = { card, pointer: event.pointerId, x: event.clientX, y: event.clientY, active: false, text: event.pointerType === "mouse" && target?.closest(".prose") !== null, timer: 0 };
    if (event.pointerType !== "mouse") drag.timer = setTimeout(start, holdMilliseconds);
    addEventListener("pointermove", move);
    addEventListener("pointerup", up);
    addEventListener("pointercancel", end);
    addEventListener("keydown", escape, true);
  };

  const start = () => {
    if (!drag) return;
    drag.active = true;
    getSelection()?.removeAllRanges();
    area.classList.add("moving");
    drag.card.classList.add("dragged");
    navigator.vibrate?.(10);
  };

  /** @param {PointerEvent} event */
  const move = (event) => {
    if (!drag || event.pointerId !== drag.pointer) return;
    const far = Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > threshold;
    if (!drag.active && far && event.pointerType !== "mouse") return end();
    if (!drag.active && far && (!drag.text || cardAt(event.clientX, event.clientY) >= 0)) start();
    if (!drag.active) return;
    drag.card.style.transform = `translate(${event.clientX - drag.x}px, ${event.clientY - drag.y}px)`;
    aim(event.clientX, event.clientY);
    if (event.clientY < 80) scrollBy(0, -12);
    else if (event.clientY > innerHeight - 120) scrollBy(0, 12);
  };

  const others = () => options.cards().filter((card) => card !== drag?.card);

  /** The place of the pointer among the other cards, or -1. @param {number} x @param {number} y */
  const cardAt = (x, y) =>
    others().findIndex((card) => {
      const box = card.getBoundingClientRect();
      return x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
    });

  /** @param {number} x @param {number} y */
  const aim = (x, y) => {
    if (!drag) return;
    const at = cardAt(x, y);
    if (drag.target) delete drag.target.dataset.drop;
    drag.target = others()[at];
    if (at < 0) return;
    const box = drag.target.getBoundingClientRect();
    const all = options.cards().map((card) => card.offsetLeft);
    const sideBySide = new Set(all).size > 1;
    const share = sideBySide ? (x - box.left) / box.width : (y - box.top) / box.height;
    drag.where = share < 0.35 ? "before" : share > 0.65 ? "after" : "level";
    drag.target.dataset.drop = drag.where;
    drag.target.dataset.axis = sideBySide ? "x" : "y";
  };

  const up = () => {
    const done = drag;
    end();
    if (!done?.active) return;
    // The click that follows is part of the drag.
    addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => removeEventListener("click", swallow, true), 0);
    if (done.target && done.where) options.drop(done.card, done.target, done.where);
  };

  const end = () => {
    removeEventListener("pointermove", move);
    removeEventListener("pointerup", up);
    removeEventListener("pointercancel", end);
    removeEventListener("keydown", escape, true);
    if (!drag) return;
    clearTimeout(drag.timer);
    area.classList.remove("moving");
    drag.card.classList.remove("dragged");
    drag.card.style.transform = "";
    if (drag.target) delete drag.target.dataset.drop;
    drag = null;
  };

  /** @param {Event} event */
  const swallow = (event) => {
    event.stopPropagation();
    event.preventDefault();
  };

  /** @param {KeyboardEvent} event */
  const escape = (event) => {
    if (event.key !== "Escape" || !drag?.active) return;
    swallow(event);
    end();
  };

  area.addEventListener("pointerdown", down);
  // A selected text is not carried away by the browser.
  area.addEventListener("dragstart", (event) => options.enabled() && event.preventDefault());
  area.addEventListener("touchmove", (event) => drag?.active && event.preventDefault(), { passive: false });
  area.addEventListener("contextmenu", (event) => drag?.active && event.preventDefault());
}
