// @ts-check
/**
 * What a page puts back when the browser clears its storage under it: the key of the seals and the sign-in of the phone,
 * which it still holds in memory. Without the old key, what is written from then on could not be opened after a restart.
 */

export const CLEARED = "field-storage-cleared";
const META = new Set(["device", "office_key"]);

export function rememberLasting() {
  /** @type {Map<string, ["keys" | "meta", string, any]>} */
  const held = new Map();
  return {
    /** Remember one value as it is now, and give it back. @param {"keys" | "meta"} store @param {string} key @param {any} value */
    noted(store, key, value) {
      if ((store === "keys" || META.has(key)) && value !== undefined) held.set(`${store}:${key}`, [store, key, value]);
      return value;
    },
    /** Into the database that is being built anew; says so when it is not the first. @param {any} tx */
    putBack(tx) {
      if (held.size === 0) return;
      for (const [store, key, value] of held.values()) tx.objectStore(store).put(value, key);
      globalThis.dispatchEvent?.(new Event(CLEARED));
    },
  };
}
