// @ts-check
/** The two small libraries of the locator: an index over boxes, and whether a ring holds a point. Both set globals. */

/** @typedef {[number, number]} Point */
/** @typedef {Point[][]} Rings the outer ring, then the holes */
/** @typedef {{add(a: number, b: number, c: number, d: number): void, finish(): void, search(a: number, b: number, c: number, d: number): number[]}} Index */
/** @typedef {{Flatbush: new (count: number) => Index, pointInPolygon: (point: Point, rings: Rings) => boolean | 0}} Tools */

// Literal addresses: the list of what works offline is read from them. Without a library the phone finds no village.
const files = [
  new URL("../vendor/flatbush/flatbush.js", import.meta.url),
  new URL("../vendor/point-in-polygon-hao/pointInPolygon.min.js", import.meta.url),
];
const loaded = await Promise.all(files.map((file) => import(file.href).then(() => true, () => false)));
const { Flatbush, pointInPolygon } = /** @type {Tools} */ (/** @type {unknown} */ (globalThis));

/** An index over boxes of west, south, east, north; `null` for none, or when the libraries are missing. @param {number[][]} boxes @returns {Index | null} */
export function indexOf(boxes) {
  if (!boxes.length || loaded.includes(false)) return null;
  const index = new Flatbush(boxes.length);
  for (const [west, south, east, north] of boxes) index.add(west, south, east, north);
  index.finish();
  return index;
}

/** Whether a polygon holds a point or has it on its border; a hole's border is border too. @param {Rings} rings @param {Point} point */
export function holds(rings, point) {
  return pointInPolygon(point, rings) !== false;
}
