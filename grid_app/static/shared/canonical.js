// @ts-check
/** The canonical form of JSON (RFC 8785), its digest, and ids made on the phone: the same as the server's. */

/**
 * The RFC 8785 form of a value: names in the order of their UTF-16 units, numbers as ECMAScript writes them.
 * A name whose value is undefined is left out, as it is when the value is sent as JSON.
 * @param {unknown} value
 * @returns {string}
 * @throws {TypeError} when the value has no canonical form: broken characters, numbers JSON cannot carry exactly
 */
export function canonical(value) {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return canonicalNumber(value);
  if (typeof value === "string") return canonicalString(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (isPlain(value)) return canonicalObject(value);
  throw new TypeError(`no canonical form for ${typeof value}`);
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isPlain(value) {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** @param {Record<string, unknown>} value */
function canonicalObject(value) {
  const names = Object.keys(value).filter((name) => value[name] !== undefined);
  return `{${names.sort().map((name) => `${canonicalString(name)}:${canonical(value[name])}`).join(",")}}`;
}

/** @param {number} value */
function canonicalNumber(value) {
  const written = JSON.stringify(value);
  const whole = /^-?\d+$/.test(written);
  if (!Number.isFinite(value) || (whole && !Number.isSafeInteger(value))) throw new TypeError("no canonical form for this number");
  return written;
}

/** @param {string} text */
function canonicalString(text) {
  if (/\p{Surrogate}/u.test(text)) throw new TypeError("no canonical form for a broken character");
  return JSON.stringify(text);
}

/** The lower-case hexadecimal of bytes. @param {ArrayBuffer | Uint8Array<ArrayBuffer>} bytes */
export function hexOf(bytes) {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The hexadecimal SHA-256 of bytes. @param {ArrayBuffer | Uint8Array<ArrayBuffer>} bytes */
export async function sha256Of(bytes) {
  return hexOf(await crypto.subtle.digest("SHA-256", bytes));
}

/**
 * The hexadecimal SHA-256 of the canonical form.
 * @param {unknown} value
 * @returns {Promise<string>}
 */
export async function digestOf(value) {
  return sha256Of(new TextEncoder().encode(canonical(value)));
}

/**
 * A new UUID of version 7: sorts by the time it was made.
 * @param {number} [now] milliseconds since 1970
 * @returns {string}
 */
export function newId(now = Date.now()) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let rest = Math.max(0, Math.floor(now));
  for (let place = 5; place >= 0; place -= 1) {
    bytes[place] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = hexOf(bytes);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
