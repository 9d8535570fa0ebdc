// @ts-check
/** Names on the map, where there is room for them. */

import { HALF_WIDTH } from "./map_marks.js";

/** @typedef {typeof import("leaflet")} Leaflet */
/** @typedef {import("leaflet").LatLngBounds} Bounds */
/** @typedef {import("./map_shapes.js").Place} Place */
/** @typedef {import("./map_shapes.js").Shapes} Shapes */
/** @typedef {import("./map_marks.js").Size} Size */
/** @typedef {{name: string, at: Place, bounds: Bounds, below: Size | undefined}} Label `below`: the size of the mark it stands under */

/** @typedef {{left: number, top: number, right: number, bottom: number}} Box in pixels of the map's pane */

const SIGN_WIDTH = 13;
const LINE_HEIGHT = 16;
const BELOW_MARK = 2;

/**
 * Shows the names that fit into what they name and cover neither a mark nor another name.
 * @param {Leaflet} L @param {import("leaflet").Map} map
 * @param {import("leaflet").LayerGroup} group emptied first
 * @param {Label[]} labels
 * @param {Box[]} taken where marks stand
 */
export function showLabels(L, map, group, labels, taken) {
  group.clearLayers();
  const view = map.getBounds();
  const boxes = [...taken];
  for (const label of labels) {
    if (!label.name || !view.contains(label.at) || !fits(map, label)) continue;
    const box = boxOf(map, label);
    if (boxes.some((other) => overlap(box, other))) continue;
    boxes.push(box);
    const html = document.createElement("span");
    html.textContent = label.name;
    const icon = L.divIcon({ html, className: label.below ? `map-name map-name-${label.below}` : "map-name", iconSize: undefined });
    L.marker(label.at, { icon, interactive: false, keyboard: false }).addTo(group);
  }
}

/** @param {import("leaflet").Map} map @param {Label} label */
function fits(map, label) {
  const low = map.latLngToLayerPoint(label.bounds.getSouthWest());
  const high = map.latLngToLayerPoint(label.bounds.getNorthEast());
  return high.x - low.x >= label.name.length * SIGN_WIDTH * 0.8;
}

/** @param {import("leaflet").Map} map @param {Label} label @returns {Box} */
function boxOf(map, label) {
  const at = map.latLngToLayerPoint(label.at);
  const [half, top] = [(label.name.length * SIGN_WIDTH) / 2, at.y + (label.below ? HALF_WIDTH[label.below] + BELOW_MARK : -LINE_HEIGHT / 2)];
  return { left: at.x - half, right: at.x + half, top, bottom: top + LINE_HEIGHT };
}

/** @param {import("leaflet").Map} map @param {Place} at @param {number} half @returns {Box} */
export function boxAround(map, at, half) {
  const { x, y } = map.latLngToLayerPoint(at);
  return { left: x - half, right: x + half, top: y - half, bottom: y + half };
}

/** @param {Box} one @param {Box} other */
export function overlap(one, other) {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

/**
 * The names of villages; a name stands below its village's mark.
 * @param {Shapes} shapes @param {Map<string, Bounds>} bounds @param {Map<string, Size>} marked
 * @returns {Label[]}
 */
export function villageNames(shapes, bounds, marked) {
  return shapes.villages.flatMap((village) => {
    const box = bounds.get(village.code);
    return box ? [{ name: village.name, at: village.label, bounds: box, below: marked.get(village.code) }] : [];
  });
}

/**
 * The names of townships, each with the bounds of its villages.
 * @param {Leaflet} L @param {Shapes} shapes @param {Map<string, Bounds>} bounds @param {Map<string, Size>} marked
 * @returns {Label[]}
 */
export function townshipNames(L, shapes, bounds, marked) {
  /** @type {Map<string, Bounds>} */
  const boxes = new Map();
  for (const village of shapes.villages) {
    const box = bounds.get(village.code);
    if (box) boxes.set(village.township, L.latLngBounds([]).extend(boxes.get(village.township) ?? box).extend(box));
  }
  return [...shapes.townships.values()].flatMap((township) => {
    const box = boxes.get(township.code);
    return box ? [{ name: township.name, at: township.label, bounds: box, below: marked.get(township.code) }] : [];
  });
}

/**
 * How large the villages in view are drawn, in pixels; the middle one counts.
 * @param {import("leaflet").Map} map @param {Map<string, Bounds>} bounds
 */
export function typicalSize(map, bounds) {
  const view = map.getBounds();
  const sizes = [];
  for (const box of bounds.values()) {
    if (!view.intersects(box)) continue;
    const low = map.latLngToLayerPoint(box.getSouthWest());
    const high = map.latLngToLayerPoint(box.getNorthEast());
    sizes.push(Math.sqrt((high.x - low.x) * (low.y - high.y)));
  }
  return sizes.sort((a, b) => a - b)[Math.floor(sizes.length / 2)] ?? 0;
}
