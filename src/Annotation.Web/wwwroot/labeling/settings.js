// What a person set up for the page (keys, and whatever else the page keeps): on the server, with a copy here for the
// first moment and for times without a connection.
import { get, put } from "./server.js";

/** @param {string} person */
const storage = (person) => `annotation/${person}/page`;

/** What this browser knows of the page's settings. @param {string} person @returns {Record<string, any>} */
export function knownPage(person) {
  return JSON.parse(localStorage.getItem(storage(person)) ?? "{}");
}

/** The page's settings as the server has them; as this browser knows them when it cannot be asked. @param {string} person @returns {Promise<Record<string, any>>} */
export async function readPage(person) {
  const result = await get("/api/labeling/settings");
  if (result.kind !== "value") return knownPage(person);
  const page = result.value.page ?? {};
  localStorage.setItem(storage(person), JSON.stringify(page));
  return page;
}

/**
 * Changes some of the page's settings and leaves the others as they are.
 * @param {string} person
 * @param {Record<string, any>} change
 * @returns {Promise<string | null>} why the server does not have it, or null
 */
export async function changePage(person, change) {
  localStorage.setItem(storage(person), JSON.stringify({ ...knownPage(person), ...change }));
  const now = await get("/api/labeling/settings");
  const result = now.kind === "value" ? await put("/api/labeling/settings", { ...now.value, page: { ...now.value.page, ...change } }) : now;
  return result.kind === "value" ? null : result.kind === "refused" ? result.sentence : "Kept in this browser only: there is no connection.";
}
