// Drafts live in localStorage under what they are about, not under the lease: a task that comes back brings its draft.

/**
 * The key of a task's draft: the same for the same prompt and completions in any order.
 * @param {string} person
 * @param {import("./types.js").TaskView} task
 */
export function draftKey(person, task) {
  const about = [task.kind, task.project, ...task.prompt.map((turn) => turn.text), ...task.completions.map((c) => c.id).sort()].join("\u0000");
  let hash = 0xcbf29ce484222325n;
  for (const unit of about) hash = BigInt.asUintN(64, (hash ^ BigInt(unit.codePointAt(0) ?? 0)) * 0x100000001b3n);
  return `annotation/${person}/draft/${hash.toString(16)}`;
}

/** @param {string} key */
export function readDraft(key) {
  return JSON.parse(localStorage.getItem(key) ?? "null");
}

/** @param {string} key @param {object} draft */
export function writeDraft(key, draft) {
  localStorage.setItem(key, JSON.stringify(draft));
}
