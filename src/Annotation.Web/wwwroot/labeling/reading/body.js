// The text of a turn or a completion as it is read: directions by paragraph, code in colours, math as MathML. The
// libraries for code and math are fetched when the first text needs them; until then, and if they fail, the source is
// there to read.
import { prose } from "../dom.js";

/** Colouring more than this would be noticed. */
const longestCode = 20_000;
/** @type {any} */ let prism = null;
/** @type {any} */ let temml = null;

/**
 * @param {{html: string}} text
 * @param {string} [classes]
 * @returns {HTMLElement}
 */
export function richBody(text, classes = "") {
  return enrich(plainBody(text, classes));
}

/** Sets formulas and colours code in an element that has the server's HTML. @template {Element} T @param {T} body @returns {T} */
export function enrich(body) {
  const codes = [...body.querySelectorAll("pre > code[class]")].filter((code) => (code.textContent?.length ?? 0) <= longestCode);
  const formulas = [...body.querySelectorAll(".math")];
  if (codes.length > 0) void withPrism(() => codes.forEach(colour));
  if (formulas.length > 0) void withTemml(() => formulas.forEach(typeset));
  return body;
}

/** Without colours and formulas, so that its words are those of the source. @param {{html: string}} text @param {string} [classes] */
export function plainBody(text, classes = "") {
  const body = prose(text.html, classes);
  body.setAttribute("dir", "auto");
  // What stands in a list or a table goes with it (reading.css): an element with a direction of its own says nothing about the one around it.
  for (const block of body.children) if (!block.matches("pre, .math")) block.setAttribute("dir", "auto");
  return body;
}

/** Lets wide tables, code and formulas be reached and scrolled by keyboard: call it when the bodies are on the page. @param {HTMLElement[]} bodies */
export function makeScrollable(bodies) {
  const wide = bodies.flatMap((body) => [...body.querySelectorAll("pre, table, .math.display")]).filter((box) => box.scrollWidth > box.clientWidth + 1);
  for (const box of wide) box.setAttribute("tabindex", "0");
}

/** @param {() => void} then */
async function withPrism(then) {
  prism ??= await import("../../lib/prism/prism.min.js").then((module) => module.default, () => null);
  if (prism) then();
}

/** @param {() => void} then */
async function withTemml(then) {
  temml ??= await import("../../lib/temml/temml.min.js").then((module) => module.default, () => null);
  if (temml) then();
}

/** @param {Element} code */
function colour(code) {
  const language = /^language-(\S+)$/.exec(code.className)?.[1]?.toLowerCase() ?? "";
  const grammar = prism.languages[{ "c++": "cpp", "c#": "csharp", sh: "bash", shell: "bash", zsh: "bash", golang: "go", ps1: "powershell", dockerfile: "docker" }[language] ?? language];
  // What Prism writes is escaped; a language that it does not know, or whose name is a function's, stays plain.
  if (grammar && typeof grammar === "object") code.innerHTML = prism.highlight(code.textContent ?? "", grammar, language);
}

/** @param {Element} formula */
function typeset(formula) {
  const source = formula.textContent ?? "";
  const made = document.createElement("span");
  try {
    temml.render(source, made, { displayMode: formula.classList.contains("display"), throwOnError: true, trust: false, annotate: true });
  } catch {
    // Not TeX that it understands: the source stays.
    return;
  }
  formula.classList.add("set");
  formula.replaceChildren(...made.childNodes);
}
