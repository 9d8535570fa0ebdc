// @ts-check
/**
 * Which village holds a point, on the phone: the same answers as the server gives on the same polygons.
 * A point on a shared border belongs to the smallest code. What a phone cannot know is a question to the person.
 */

import { makeBorders, onEarth } from "./borders.js";
import { holds, indexOf } from "./shapes_index.js";

/** @typedef {import("./shapes_index.js").Rings} Rings */
/** @typedef {{code: string, name: string, polygons: Rings[]}} Village */
/** @typedef {{type: "Polygon", coordinates: Rings} | {type: "MultiPolygon", coordinates: Rings[]} | null} Shape */
/** @typedef {{properties: {code: string, name?: string}, geometry: Shape}} Feature */
/** @typedef {{features: Feature[], precision?: string, border_tolerance_m?: number}} Villages */
/**
 * @typedef {object} Place what the phone may say of a fix: in one village; near one; one of several, ask which; none it knows
 * @property {"inside" | "near" | "ask" | "outside"} kind
 * @property {string} code the village that holds the point, or the one near it; "" when that is not known
 * @property {string[]} codes those that the widened circle reaches, nearest first
 * @property {string} question such as 云岭村还是柳湾村?, for `ask`
 */

const SENT_DIGITS = 6;
const MOST_NAMES = 4;

/** In the order of their codes, so that the first that holds a point is the smallest. @param {Villages} collection @returns {Village[]} */
function villagesOf(collection) {
  const villages = collection.features.map(({ properties, geometry }) => ({
    code: properties.code,
    name: properties.name ?? properties.code,
    polygons: geometry === null ? [] : geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates,
  }));
  return villages.sort((one, other) => (one.code < other.code ? -1 : one.code > other.code ? 1 : 0));
}

/** @param {Rings} rings */
function boxOf([outer]) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of outer) {
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  }
  return box;
}

/**
 * @param {Villages} collection as `/api/v1/villages` answers; `precision=full` finds what the server finds
 */
export function makeLocator(collection) {
  const villages = villagesOf(collection);
  const parts = villages.flatMap(({ polygons }, owner) => polygons.map((rings) => ({ owner, rings })));
  const index = indexOf(parts.map(({ rings }) => boxOf(rings)));
  const tolerance = collection.border_tolerance_m ?? 0;
  /** @type {ReturnType<typeof makeBorders> | null} */
  let borders = null;

  /** Positions of all villages that hold or touch a point, rising. @param {number} lon @param {number} lat */
  function holders(lon, lat) {
    if (!index || !onEarth(lon, lat)) return [];
    const near = index.search(lon, lat, lon, lat).map((part) => parts[part]);
    const found = near.filter(({ rings }) => holds(rings, [lon, lat])).map(({ owner }) => owner);
    return [...new Set(found)].sort((one, other) => one - other);
  }

  /** The code of the village that holds a point, or `null`. @param {number} lon @param {number} lat @returns {string | null} */
  function locate(lon, lat) {
    const [first] = holders(lon, lat);
    return first === undefined ? null : villages[first].code;
  }

  /** The codes within a radius of true metres, nearest first, then by code. @param {number} lon @param {number} lat @param {number} metres */
  function candidates(lon, lat, metres) {
    if (!onEarth(lon, lat)) return [];
    borders ??= makeBorders(villages);
    const away = borders.within(lon, lat, metres);
    for (const owner of holders(lon, lat)) away.set(owner, 0);
    return [...away].sort(([one, near], [other, far]) => near - far || one - other).map(([owner]) => villages[owner].code);
  }

  /** What may be said of a fix, at the six digits that are sent. @param {{lon: number, lat: number, accuracy?: number}} fix @returns {Place} */
  function place({ lon, lat, accuracy = 0 }) {
    const [x, y] = [lon, lat].map((degrees) => Number(degrees.toFixed(SENT_DIGITS)));
    const codes = candidates(x, y, accuracy + tolerance);
    if (codes.length > 1) return { kind: "ask", code: "", codes, question: questionOf(codes.map(nameOf)) };
    const code = locate(x, y);
    const kind = code !== null ? "inside" : codes.length ? "near" : "outside";
    return { kind, code: code ?? codes[0] ?? "", codes, question: "" };
  }

  /** @param {string} code */
  const nameOf = (code) => villages.find((one) => one.code === code)?.name ?? code;

  return { locate, candidates, place, nameOf };
}

/** Such as 云岭村还是柳湾村?; of many villages only the nearest are named. @param {string[]} names */
export function questionOf(names) {
  const told = names.slice(0, MOST_NAMES);
  const more = names.length > told.length ? "(附近还有别的村)" : "";
  return `${told.slice(0, -1).join("、")}还是${told.at(-1)}?${more}`;
}
