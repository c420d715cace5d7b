// Keeps JSON in this browser: at once in localStorage; what is too large for it in IndexedDB, a moment later.
const largest = 200_000;
const storeName = "drafts";

/** @param {string} key */
const markOf = (key) => `${key}/large`;

/** @param {string} key @param {object} value */
export function keep(key, value) {
  const text = JSON.stringify(value);
  if (text.length <= largest) {
    try {
      localStorage.setItem(key, text);
      return;
    } catch {
      // Full: the other store has more room.
    }
  }
  localStorage.removeItem(key);
  localStorage.setItem(markOf(key), "1");
  void inStore("readwrite", (store) => store.put(text, key)).catch(() => {});
}

/** @param {string} key @returns {any} */
export function recall(key) {
  return JSON.parse(localStorage.getItem(key) ?? "null");
}

/** What was too large for the quick store. @param {string} key @returns {Promise<any>} */
export async function recallLarge(key) {
  if (localStorage.getItem(markOf(key)) === null) return null;
  return JSON.parse((await inStore("readonly", (store) => store.get(key)).catch(() => null)) ?? "null");
}

/** @param {string} key */
export function forget(key) {
  localStorage.removeItem(key);
  if (localStorage.getItem(markOf(key)) === null) return;
  localStorage.removeItem(markOf(key));
  void inStore("readwrite", (store) => store.delete(key)).catch(() => {});
}

/**
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest} act
 * @returns {Promise<any>}
 */
function inStore(mode, act) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("annotation", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(storeName);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const request = act(opening.result.transaction(storeName, mode).objectStore(storeName));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
      request.transaction?.addEventListener("complete", () => opening.result.close());
    };
  });
}
