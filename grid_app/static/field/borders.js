// @ts-check
/**
 * How far a point is from the borders around it, in true metres: on the ellipsoidal Mercator plane, where every
 * direction around a point is stretched by the same factor (`geo/borders.py` says how exact that is).
 */

import { indexOf } from "./shapes_index.js";

/** @typedef {import("./locator.js").Village} Village */

const SEMI_MAJOR_M = 6_378_137;
const ECCENTRICITY_SQUARED = 0.0066943799901413;
const ECCENTRICITY = Math.sqrt(ECCENTRICITY_SQUARED);
const STEEPEST_LATITUDE = 89;

/** @param {number} lon @param {number} lat */
export function onEarth(lon, lat) {
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90;
}

/** @param {number} lat the sine of a latitude no pole is reached from */
function sineOf(lat) {
  return Math.sin((Math.max(-STEEPEST_LATITUDE, Math.min(STEEPEST_LATITUDE, lat)) * Math.PI) / 180);
}

/** @param {number} lon @param {number} lat @returns {[number, number]} */
export function toPlane(lon, lat) {
  const sine = sineOf(lat);
  return [(SEMI_MAJOR_M * lon * Math.PI) / 180, SEMI_MAJOR_M * (Math.atanh(sine) - ECCENTRICITY * Math.atanh(ECCENTRICITY * sine))];
}

/** Metres on the plane for one metre on the ground. @param {number} lat */
export function stretch(lat) {
  const sine = sineOf(lat);
  return Math.sqrt((1 - ECCENTRICITY_SQUARED * sine * sine) / (1 - sine * sine));
}

/** @param {number} x @param {number} y @param {number[]} edge x1, y1, x2, y2 */
function distance(x, y, [x1, y1, x2, y2]) {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const square = dx * dx + dy * dy;
  const along = square === 0 ? 0 : Math.max(0, Math.min(1, ((x - x1) * dx + (y - y1) * dy) / square));
  return Math.hypot(x - x1 - along * dx, y - y1 - along * dy);
}

/** Every edge once, from its smaller end: both villages of a shared border are then equally far. @param {Village[]} villages */
function edgesOf(villages) {
  /** @type {{owner: number, edge: number[]}[]} */
  const edges = [];
  villages.forEach(({ polygons }, owner) => {
    for (const ring of polygons.flat()) {
      const points = ring.map(([lon, lat]) => toPlane(lon, lat));
      for (let step = 1; step < points.length; step += 1) {
        const [one, other] = [points[step - 1], points[step]].sort((first, second) => first[0] - second[0] || first[1] - second[1]);
        edges.push({ owner, edge: [...one, ...other] });
      }
    }
  });
  return edges;
}

/** @param {Village[]} villages */
export function makeBorders(villages) {
  const edges = edgesOf(villages);
  const index = indexOf(edges.map(({ edge: [x1, y1, x2, y2] }) => [x1, Math.min(y1, y2), x2, Math.max(y1, y2)]));

  /** Metres to each village with a border within `metres`, by its position. @param {number} lon @param {number} lat @param {number} metres */
  function within(lon, lat, metres) {
    /** @type {Map<number, number>} */
    const away = new Map();
    const [x, y] = toPlane(lon, lat);
    const factor = stretch(lat);
    const reach = metres * factor;
    for (const position of index?.search(x - reach, y - reach, x + reach, y + reach) ?? []) {
      const { owner, edge } = edges[position];
      const length = distance(x, y, edge);
      if (length <= reach) away.set(owner, Math.min(length / factor, away.get(owner) ?? Infinity));
    }
    return away;
  }

  return { within };
}
