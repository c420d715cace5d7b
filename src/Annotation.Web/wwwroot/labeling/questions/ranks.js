// The ranks of one criterion as plain objects: completion id → rank, 1 = best, equal ranks are ties.
// Every function returns new ranks and leaves the old ones alone, so that undo is a list of them.

/** @typedef {Record<string, number>} Ranks */

/**
 * The completions in groups from best to worst; a tie is a group of several.
 * @param {Ranks} ranks
 * @returns {string[][]}
 */
export function groups(ranks) {
  const byRank = new Map();
  for (const [id, rank] of Object.entries(ranks)) byRank.set(rank, [...(byRank.get(rank) ?? []), id]);
  return [...byRank.keys()].sort((a, b) => a - b).map((rank) => byRank.get(rank));
}

/**
 * Ranks 1, 2, 3 … for groups from best to worst.
 * @param {string[][]} ordered
 * @returns {Ranks}
 */
function fromGroups(ordered) {
  return Object.fromEntries(ordered.filter((g) => g.length > 0).flatMap((g, i) => g.map((id) => [id, i + 1])));
}

/** The same order without gaps in the numbers. @param {Ranks} ranks @returns {Ranks} */
export function dense(ranks) {
  return fromGroups(groups(ranks));
}

/**
 * Puts a completion into a rank. Of two completions the other one follows from the first choice.
 * @param {Ranks} ranks
 * @param {string[]} ids all completions of the task
 * @param {string} id
 * @param {number} rank
 * @returns {Ranks}
 */
export function put(ranks, ids, id, rank) {
  const other = ids.length === 2 ? ids.find((x) => x !== id) : undefined;
  const implied = other && ranks[other] === undefined ? { [other]: 3 - rank } : {};
  return { ...ranks, ...implied, [id]: rank };
}

/** Takes a completion out of the order. @param {Ranks} ranks @param {string} id @returns {Ranks} */
export function clear(ranks, id) {
  const rest = { ...ranks };
  delete rest[id];
  return rest;
}

/**
 * Moves a completion one place: out of its tie, or past the group beside it. An unranked one comes last.
 * @param {Ranks} ranks
 * @param {string} id
 * @param {-1 | 1} direction -1 towards the best
 * @returns {Ranks}
 */
export function move(ranks, id, direction) {
  const ordered = groups(ranks);
  const at = ordered.findIndex((g) => g.includes(id));
  if (at < 0) return fromGroups([...ordered, [id]]);
  if (ordered[at].length > 1) {
    ordered[at] = ordered[at].filter((x) => x !== id);
    ordered.splice(direction < 0 ? at : at + 1, 0, [id]);
  } else {
    const beside = at + direction;
    if (beside < 0 || beside >= ordered.length) return ranks;
    [ordered[at], ordered[beside]] = [ordered[beside], ordered[at]];
  }
  return fromGroups(ordered);
}

/**
 * Makes a completion equal to the group above it; an unranked one joins the last. Of two completions both are then first.
 * @param {Ranks} ranks
 * @param {string[]} ids all completions of the task
 * @param {string} id
 * @returns {Ranks}
 */
export function tieWithAbove(ranks, ids, id) {
  if (ids.length === 2) return fromGroups([ids]);
  const ordered = groups(ranks);
  const at = ordered.findIndex((g) => g.includes(id));
  if (at === 0 || ordered.length === 0) return ranks;
  const above = at < 0 ? ordered.length - 1 : at - 1;
  if (at >= 0) ordered[at] = ordered[at].filter((x) => x !== id);
  ordered[above] = [...ordered[above], id];
  return fromGroups(ordered);
}

/**
 * Puts a completion right before, after or level with another one, as dragging does; the other one is ranked with it.
 * @param {Ranks} ranks
 * @param {string} id the one that is dragged
 * @param {string} beside where it is dropped
 * @param {"before" | "level" | "after"} where
 * @returns {Ranks}
 */
export function place(ranks, id, beside, where) {
  if (id === beside) return ranks;
  const ordered = groups(clear(ranks, id));
  let at = ordered.findIndex((g) => g.includes(beside));
  if (at < 0) at = ordered.push([beside]) - 1;
  if (where === "level") ordered[at] = [...ordered[at], id];
  else ordered.splice(where === "before" ? at : at + 1, 0, [id]);
  return fromGroups(ordered);
}

/** Ranks what has no rank yet after the others, in the order shown. @param {Ranks} ranks @param {string[]} ids @returns {Ranks} */
export function completeAsShown(ranks, ids) {
  return fromGroups([...groups(ranks), ...ids.filter((id) => ranks[id] === undefined).map((id) => [id])]);
}

/** Whether every completion has a rank. @param {Ranks} ranks @param {string[]} ids */
export function isComplete(ranks, ids) {
  return ids.every((id) => ranks[id] !== undefined);
}
