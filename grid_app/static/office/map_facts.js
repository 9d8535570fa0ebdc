// @ts-check
/** The facts of a layer, and which of their classes belongs to which drawn place. */

import { json } from "./map_fetch.js";

/** @typedef {import("./map_mvt.js").Shape} Shape */
/** @typedef {import("./map_marks.js").Marks} Marks */
/**
 * The places of a level. `labels` are pairs, each in steps from the pair before; `boxes` four steps from the own label to
 * west, south, east, north; without `i` the places count up from 0.
 * @typedef {{
 *   steps: number, codes: string[], names: string[], parents: string[], boxes: number[], labels: number[], i?: number[],
 * }} Codes
 */
/**
 * What the server tells of a layer. `values` is one byte per place of `level` under the root, in the order of the codes:
 * 0 for nothing, else the number of a class.
 * @typedef {{
 *   layer: string, generation: string, level: "villages" | "grids", root: string, version: string, as_of: string,
 *   classes: {words: string[], fills: string[], areas?: number[]}, empty?: string, values: string, lines?: Record<string, string>, marks: Marks,
 * }} Told
 */
/** @typedef {Told & {classes_at: Int16Array}} Facts `classes_at` by the index of a place in its county, -1 outside the root */

const OUTSIDE = -1;

/** Fetches facts and the codes they are about; codes never change within a generation. */
export class FactsReader {
  /** @param {{codes: string, county: string}} config `codes` with ROOT and LEVEL in their places */
  constructor({ codes, county }) {
    this.address = codes;
    this.county = county;
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

  /**
   * Reads facts; those of other boundaries are refused, since their bytes stand in the order of other codes.
   * @param {string} address @returns {Promise<Facts>}
   */
  async read(address) {
    const told = /** @type {Told} */ (await json(address));
    if (told.generation && !this.address.includes(told.generation)) throw new Error("These facts are of other boundaries.");
    const bytes = bytesOf(told.values);
    if (told.root === this.county && told.level === "grids") return { ...told, classes_at: Int16Array.from(bytes) };
    const { i } = await this.codesOf(told.root, told.level);
    return { ...told, classes_at: i ? spread(bytes, i) : Int16Array.from(bytes) };
  }
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

/**
 * Numbers colour grids alone, which have no marks: villages differ too much in size for it, and have their number.
 * @param {Facts} facts @param {import("./map_store.js").Level} level @param {Shape} shape @returns {string | undefined}
 */
export function fillOf(facts, level, shape) {
  const fill = classOf(facts, shape)?.fill;
  return fill && level !== "grids" && isByNumber(facts) ? "plain" : fill;
}

/** Whether the classes are steps of a number. @param {Facts} facts */
export function isByNumber(facts) {
  return facts.classes.fills.includes("ramp1");
}

/** @param {typeof import("leaflet")} L @param {Facts} facts @returns {import("./map_overlay.js").Point[]} */
export function pointsOf(L, { marks }) {
  return marks.points.map(([lon, lat, name, kind]) => ({ at: L.latLng(lat, lon), name, sign: marks.kinds[0].sign, kind: kind ?? "" }));
}
