// How a task is worked on, for the record that the labeler can read: time at work, first touch, device, viewport.

/** A pause longer than this is not work on the task. */
const longestPause = 60_000;

const touches = ["keydown", "pointerdown", "wheel", "input"];

export class Measure {
  #shownAt = performance.now();
  #lastAt = performance.now();
  #active = 0;
  /** @type {number | null} */ #first = null;
  /** @type {Set<string>} */ #devices = new Set();

  constructor() {
    for (const type of touches) addEventListener(type, this.#touched, { capture: true, passive: true });
    document.addEventListener("visibilitychange", this.#turned);
  }

  stop() {
    for (const type of touches) removeEventListener(type, this.#touched, true);
    document.removeEventListener("visibilitychange", this.#turned);
  }

  /** A task is shown; what was measured of it before is gone on from. @param {{active?: number, first?: number | null, devices?: string[]} | null} [before] */
  begin(before) {
    this.#shownAt = this.#lastAt = performance.now();
    this.#active = before?.active ?? 0;
    this.#first = before?.first ?? null;
    this.#devices = new Set(before?.devices ?? []);
  }

  /** To be kept with the draft. */
  get kept() {
    return { active: this.activeMilliseconds, first: this.#first, devices: [...this.#devices] };
  }

  get activeMilliseconds() {
    this.#add();
    return Math.round(this.#active);
  }

  /** @param {number} changeCount */
  interaction(changeCount) {
    const [device] = this.#devices;
    return {
      firstInteractionMilliseconds: this.#first,
      changeCount,
      inputDevice: this.#devices.size > 1 ? "mixed" : (device ?? null),
      viewportWidth: innerWidth,
      viewportHeight: innerHeight,
    };
  }

  /** @param {Event} event */
  #touched = (event) => {
    this.#add();
    if (event.type === "wheel" || event.type === "input") return;
    this.#first ??= Math.round(performance.now() - this.#shownAt);
    this.#devices.add(event instanceof PointerEvent ? event.pointerType || "mouse" : "keyboard");
  };

  /** Time with the page out of sight does not count. */
  #turned = () => {
    if (document.hidden) this.#add();
    else this.#lastAt = performance.now();
  };

  #add() {
    const now = performance.now();
    if (!document.hidden) this.#active += Math.min(now - this.#lastAt, longestPause);
    this.#lastAt = now;
  }
}
