// Keeps JSON in this browser: at once in localStorage; what is too large for it in IndexedDB, a moment later.
const largest = 200_000;
const storeName = "drafts";

/** @param {string} key */
const markOf = (key) => `${key}/large`;

/** Large values on their way into the store. */
let writing = 0;
addEventListener("beforeunload", (event) => {
  if (writing > 0) event.preventDefault();
});

/** @param {string} key @param {object} value @returns {Promise<boolean>} whether it is kept now */
export async function keep(key, value) {
  const text = JSON.stringify(value);
  if (text.length <= largest) {
    try {
      localStorage.setItem(key, text);
      return true;
    } catch {
      // Full: the other store has more room.
    }
  }
  localStorage.removeItem(key);
  localStorage.setItem(markOf(key), "1");
  writing++;
  return inStore("readwrite", (store) => store.put(text, key))
    .then(() => true, () => false)
    .finally(() => writing--);
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
      const transaction = opening.result.transaction(storeName, mode);
      const request = act(transaction.objectStore(storeName));
      transaction.onabort = () => reject(transaction.error);
      transaction.oncomplete = () => {
        opening.result.close();
        resolve(request.result);
      };
    };
  });
}
