// @ts-check
/** The facts of a layer, and which of their classes belongs to which drawn place. */

import { json } from "./map_fetch.js";

/** @typedef {import("./map_mvt.js").Shape} Shape */
/** @typedef {import("./map_marks.js").Marks} Marks */
/** @typedef {{codes: string[], names: string[], parents: string[], boxes: [number, number, number, number][], labels: [number, number][], i: number[]}} Codes */
/**
 * What the server tells of a layer. `values` is one byte per place of `level` under the root, in the order of the codes:
 * 0 for nothing, else the number of a class.
 * @typedef {{
 *   layer: string, generation: string, level: "villages" | "grids", version: string, as_of: string,
 *   classes: {words: string[], fills: string[]}, values: string, fills?: Record<string, string>, lines?: Record<string, string>, marks: Marks,
 * }} Told
 */
/** @typedef {Told & {classes_at: Int16Array}} Facts `classes_at` by the index of a place in its county, -1 outside the root */

const OUTSIDE = -1;

/** Fetches facts and the codes they are about; codes never change within a generation. */
export class FactsReader {
  /** @param {{codes: string, county: string, root: string}} config `codes` with ROOT and LEVEL in their places */
  constructor({ codes, county, root }) {
    this.address = codes;
    this.county = county;
    this.root = root;
    /** @type {Map<string, Promise<Codes>>} */
    this.codes = new Map();
  }

  /** @param {string} root @param {"townships" | "villages" | "grids"} level @returns {Promise<Codes>} */
  codesOf(root, level) {
    const address = this.address.replace("ROOT", root).replace("LEVEL", level);
    const found = this.codes.get(address) ?? json(address);
    this.codes.set(address, found);
    found.catch(() => this.codes.delete(address));
    return found;
  }

  /** @param {string} address @returns {Promise<Facts>} */
  async read(address) {
    const told = /** @type {Told} */ (await json(address));
    const root = new URL(address, globalThis.location.href).searchParams.get("root") ?? this.root;
    if (told.fills) return fromCodes({ ...told, fills: told.fills }, await this.codesOf(root, "villages"));
    const bytes = bytesOf(told.values);
    if (root === this.county && told.level === "grids") return { ...told, classes_at: Int16Array.from(bytes) };
    const { i } = await this.codesOf(root, told.level);
    return { ...told, classes_at: spread(bytes, i) };
  }
}

/**
 * The fillings of a small area, told by code, as bytes.
 * @param {Told & {fills: Record<string, string>}} told @param {Codes} codes @returns {Facts}
 */
function fromCodes(told, { codes, i }) {
  const fills = ["plain", ...new Set(Object.values(told.fills))];
  const bytes = Uint8Array.from(codes, (code) => fills.indexOf(told.fills[code] ?? "plain"));
  return { ...told, level: "villages", classes: { words: [], fills }, classes_at: spread(bytes, i) };
}

/** @param {string} text base64 @returns {Uint8Array} */
export function bytesOf(text) {
  return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
}

/**
 * Puts the bytes of a smaller area at their places in the county.
 * @param {Uint8Array} bytes @param {number[]} places
 */
export function spread(bytes, places) {
  const found = new Int16Array(Math.max(-1, ...places.slice(-1)) + 1).fill(OUTSIDE);
  places.forEach((place, at) => (found[place] = bytes[at] ?? OUTSIDE));
  return found;
}

/**
 * The class of a place: its word and filling; `undefined` where the facts say nothing about it.
 * @param {Facts} facts @param {Shape} shape
 */
export function classOf(facts, shape) {
  const number = facts.classes_at[shape.index] ?? OUTSIDE;
  if (number === OUTSIDE) return undefined;
  return { word: facts.classes.words[number] ?? "", fill: facts.classes.fills[number] ?? "plain" };
}
