// Talks to the JSON API with the session's cookie and the antiforgery header.

/** @returns {HTMLMetaElement | null} */
const tokenMeta = () => document.querySelector('meta[name="request-token"]');

/** Gets a fresh antiforgery token, for a page that outlived its sign-in. */
async function refreshToken() {
  const response = await fetch("/api/antiforgery", { headers: { Accept: "application/json" } });
  if (response.ok) tokenMeta()?.setAttribute("content", (await response.json()).token);
  return response.ok;
}

/** @typedef {{kind: "value", value: any} | {kind: "refused", sentence: string, status: number, code: string} | {kind: "signedOut"} | {kind: "offline"}} Result */

/** @param {string} path @param {object} [body] */
export const post = (path, body) => send("POST", path, body);
/** @param {string} path @param {object} body */
export const put = (path, body) => send("PUT", path, body);
/** @param {string} path */
export const get = (path) => send("GET", path);

/**
 * Sends JSON. The result tells apart what to do next: value (done), refused (will never work), signedOut, or offline
 * (network or server is away: try again later).
 * @param {"GET" | "POST" | "PUT"} method
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<Result>}
 */
async function send(method, path, body, again = true) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        RequestVerificationToken: tokenMeta()?.content ?? "",
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    return { kind: "offline" };
  }
  if (response.status === 204) return { kind: "value", value: null };
  if (response.ok) return { kind: "value", value: await response.json().catch(() => null) };
  if (response.status === 401) return { kind: "signedOut" };
  if (response.status >= 500 || response.status === 429 || response.status === 408) return { kind: "offline" };
  const refusal = await response.json().catch(() => ({}));
  if (refusal.code === "antiforgery" && again && (await refreshToken().catch(() => false))) return send(method, path, body, false);
  return { kind: "refused", sentence: refusal.sentence ?? `The server said no (${response.status}).`, status: response.status, code: refusal.code ?? "" };
}

/** A random UUID, also where the page is not a secure context. */
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
