// @ts-check
/** Which places are in view, how large they are drawn, and which names fit. */

import { boundsOf } from "./map_view.js";
import { HALF_WIDTH, sizeOf, total } from "./map_marks.js";

/** @typedef {typeof import("leaflet")} Leaflet */
/** @typedef {import("./map_facts.js").Codes} Codes */
/** @typedef {{code: string, name: string, parent: string, box: [number, number, number, number], at: import("leaflet").LatLng}} Place */

const SIGN_WIDTH = 13;
const ROOM_NEEDED = 0.8;

/** @param {Leaflet} L @param {Codes} codes @returns {Map<string, Place>} */
export function placesOf(L, { steps, codes, names, parents, boxes, labels }) {
  let [x, y] = [0, 0];
  return new Map(
    codes.map((code, at) => {
      [x, y] = [x + labels[2 * at], y + labels[2 * at + 1]];
      const [west, south, east, north] = boxes.slice(4 * at, 4 * at + 4);
      /** @type {Place["box"]} */
      const box = [(x - west) / steps, (y - south) / steps, (x + east) / steps, (y + north) / steps];
      return [code, { code, name: names[at], parent: parents[at], box, at: L.latLng(y / steps, x / steps) }];
    }),
  );
}

/**
 * How large places in view are drawn, in pixels; the middle one counts.
 * @param {import("leaflet").Map} map @param {Iterable<Place>} places
 */
export function typicalSize(map, places) {
  const view = map.getBounds();
  const [left, below, right, above] = [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()];
  const perDegree = (256 * 2 ** map.getZoom()) / 360;
  const sizes = [];
  for (const { box: [west, south, east, north] } of places) {
    if (west > right || east < left || south > above || north < below) continue;
    const stretch = 1 / Math.cos((((south + north) / 2) * Math.PI) / 180); // of a degree of latitude, in Mercator
    sizes.push(perDegree * Math.sqrt((east - west) * (north - south) * stretch));
  }
  return sizes.sort((one, other) => one - other)[Math.floor(sizes.length / 2)] ?? 0;
}

/**
 * The names that fit into what they name; one stands below its place's mark.
 * @param {Leaflet} L @param {import("leaflet").Map} map
 * @param {Map<string, Place>} places
 * @param {import("./map_marks.js").Mark[]} marks @param {boolean} isSmall
 */
export function namesOf(L, map, places, marks, isSmall) {
  const view = map.getBounds();
  const under = new Map(marks.map((mark) => [mark.code, HALF_WIDTH[sizeOf(total(mark), isSmall)] + 1]));
  return [...places.values()]
    .filter(({ name, box }) => name && view.intersects(boundsOf(L, box)) && widthOf(map, boundsOf(L, box)) >= name.length * SIGN_WIDTH * ROOM_NEEDED)
    .map(({ code, name, at }) => ({ name, at, under: under.get(code) ?? 0 }));
}

/** @param {import("leaflet").Map} map @param {import("leaflet").LatLngBounds} bounds */
function widthOf(map, bounds) {
  return map.latLngToLayerPoint(bounds.getSouthEast()).x - map.latLngToLayerPoint(bounds.getSouthWest()).x;
}
