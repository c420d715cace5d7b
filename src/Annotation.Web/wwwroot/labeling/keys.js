// Keys go by their place on the keyboard, not by what is printed on them, so that digits are digits on every layout;
// each action has some, and a person may choose others.

/** A chord: modifiers in this order and a place, such as "Alt+ArrowUp". @typedef {string} Chord */

/** Every action: what it does, and its keys. "group" puts related ones together in the list of keys. */
export const actions = {
  ...Object.fromEntries(
    [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => [`digit${n}`, { says: `rank, grade, step or choice ${n}`, keys: [`Digit${n}`, `Numpad${n}`], group: "Answer" }]),
  ),
  digit0: { says: "grade 10", keys: [], group: "Answer" },
  clear: { says: "take the answer for this completion away", keys: ["Digit0", "Numpad0", "Backspace"], group: "Answer" },
  tie: { says: "tie with the one above", keys: ["Equal"], group: "Answer" },
  up: { says: "one place or grade up", keys: ["Alt+ArrowUp"], group: "Answer" },
  down: { says: "one place or grade down", keys: ["Alt+ArrowDown"], group: "Answer" },
  best: { says: "the focused one is the best", keys: ["KeyB"], group: "Answer" },
  worst: { says: "the focused one is the worst", keys: ["KeyW"], group: "Answer" },
  none: { says: "none is acceptable", keys: ["KeyN"], group: "Answer" },
  incomparable: { says: "they cannot be compared", keys: ["KeyI"], group: "Answer" },
  write: { says: "write; Esc leaves the text", keys: ["KeyE"], group: "Answer" },
  turn: { says: "add the next turn of a dialogue", keys: ["KeyT", "Alt+Enter"], group: "Answer" },
  suggest: { says: "let the model suggest the assistant's turn", keys: ["KeyM"], group: "Answer" },
  next: { says: "next completion", keys: ["ArrowRight", "ArrowDown"], group: "Move" },
  previous: { says: "previous completion", keys: ["ArrowLeft", "ArrowUp"], group: "Move" },
  nextQuestion: { says: "next question (Tab too)", keys: ["BracketRight"], group: "Move" },
  previousQuestion: { says: "previous question (Shift + Tab too)", keys: ["BracketLeft"], group: "Move" },
  sort: { says: "show the completions in the order of their ranks", keys: ["KeyO"], group: "Move" },
  fold: { says: "fold or unfold a long completion", keys: ["KeyF"], group: "Read" },
  equalScroll: { says: "scroll the completions together", keys: ["KeyL"], group: "Read" },
  layout: { says: "completions side by side, stacked, or by width", keys: ["KeyV"], group: "Read" },
  difference: { says: "show what differs between two", keys: ["KeyD"], group: "Read" },
  reveal: { says: "reveal blurred content", keys: ["KeyR"], group: "Read" },
  guideline: { says: "guideline", keys: ["KeyG"], group: "Read" },
  ask: { says: "ask the engineers about this task", keys: ["KeyQ"], group: "Read" },
  submit: { says: "submit (Ctrl + Enter while writing)", keys: ["Enter", "NumpadEnter"], group: "Task" },
  skip: { says: "skip, with a reason", keys: ["KeyS"], group: "Task" },
  undo: { says: "undo the last change, or take the last submit back", keys: ["KeyU"], group: "Task" },
  keys: { says: "these keys", keys: ["Slash", "F1"], group: "Task" },
};

/** @typedef {keyof typeof actions | string} Action */

export class Keys {
  /** @type {Record<string, Chord[]>} */ #own;
  /** @type {Map<Chord, string>} */ #byChord = new Map();
  /** What is printed on the keys of this keyboard, where the browser tells. @type {{get(code: string): string | undefined} | null} */ #layout = null;

  /** @param {Record<string, Chord[]>} [own] the keys that a person chose, by action */
  constructor(own = {}) {
    this.#own = own;
    this.#index();
    const keyboard = /** @type {any} */ (navigator).keyboard;
    this.ready = (keyboard?.getLayoutMap?.() ?? Promise.reject(new Error("not told"))).then(
      (/** @type {any} */ map) => void (this.#layout = map),
      () => {},
    );
  }

  /** What the person chose. */
  get own() {
    return this.#own;
  }

  /** @param {string} action @returns {Chord[]} */
  of(action) {
    return this.#own[action] ?? actions[action]?.keys ?? [];
  }

  /**
   * The action of a key press, or null: inside an input method and with AltGr a key means what it types.
   * @param {KeyboardEvent} event
   */
  match(event) {
    if (event.isComposing || event.keyCode === 229 || event.getModifierState?.("AltGraph")) return null;
    // The question mark is where it is printed: nobody looks for it anywhere else.
    if (event.key === "?" && !event.ctrlKey && !event.altKey && !event.metaKey) return "keys";
    const whole = chord(event);
    return this.#byChord.get(whole) ?? this.#byChord.get(whole.replace("Shift+", "")) ?? null;
  }

  /** Gives an action one key, and says which action has it already, if one has. @param {string} action @param {Chord} key @returns {string | null} */
  choose(action, key) {
    const taken = this.#byChord.get(key);
    if (taken && taken !== action) return taken;
    this.#own = { ...this.#own, [action]: [key] };
    this.#index();
    return null;
  }

  /** Takes the keys that a person chose earlier. @param {Record<string, Chord[]>} own */
  use(own) {
    this.#own = own;
    this.#index();
  }

  /** The first key of an action as it is printed, for a hint. @param {string} action */
  hint(action) {
    const first = this.of(action)[0];
    return first ? this.label(first) : "";
  }

  /** @param {Chord} key */
  label(key) {
    return key.split("+").map((part) => this.#printed(part)).join(" ");
  }

  /** @param {string} code */
  #printed(code) {
    const printed = this.#layout?.get(code);
    if (printed && /^Key|^Equal|^Minus|^Bracket|^Slash|^Quote|^Semicolon|^Comma|^Period|^Back|^Intl/.test(code)) return printed.toUpperCase();
    const plain = /^(?:Key|Digit)(.)$/.exec(code);
    if (plain) return plain[1];
    return { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Equal: "=", Minus: "-", BracketLeft: "[", BracketRight: "]", Slash: "?", Backspace: "⌫", NumpadEnter: "Num Enter" }[code] ?? code.replace("Numpad", "Num ");
  }

  #index() {
    this.#byChord = new Map(Object.keys(actions).flatMap((action) => this.of(action).map((key) => /** @type {[string, string]} */ ([key, action]))));
  }
}

/** @param {KeyboardEvent} event @returns {Chord} */
export function chord(event) {
  return `${event.ctrlKey ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${event.shiftKey ? "Shift+" : ""}${event.metaKey ? "Meta+" : ""}${event.code}`;
}

/** Whether keys belong to the element that has the focus. @param {EventTarget | null} target */
export function takesText(target) {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input:not([type=checkbox], [type=radio], [type=button]), textarea, select"));
}
