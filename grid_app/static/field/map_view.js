// @ts-check
/** What part of the plane a map shows: plane metres (`borders.js`) to pixels and back. North is up; nothing turns. */

import { stretch, toPlane } from "./borders.js";

/** @typedef {{west: number, south: number, east: number, north: number}} Box in plane metres */
/** @typedef {{x: number, y: number, scale: number, width: number, height: number}} View the plane point in the middle, pixels of a plane metre, the picture in pixels */
/** @typedef {{lon: number, lat: number, accuracy: number}} Fix */

const EDGE_PIXELS = 32;
const LEAST_METRES = 120;
const MOST_SCALE = 1.5;
/** How much smaller than the whole a map may become. */
const LEAST_SHARE = 0.5;

/** The box around points of the plane, or `null` around none. @param {Iterable<number[]>} points @returns {Box | null} */
export function boxAround(points) {
  const box = { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity };
  for (const [x, y] of points) {
    box.west = Math.min(box.west, x);
    box.south = Math.min(box.south, y);
    box.east = Math.max(box.east, x);
    box.north = Math.max(box.north, y);
  }
  return box.west <= box.east ? box : null;
}

/** The box around boxes, or `null` around none. @param {(Box | null)[]} boxes */
export function boxOver(boxes) {
  return boxAround(boxes.flatMap((box) => (box ? [[box.west, box.south], [box.east, box.north]] : [])));
}

/** The box around a position and its accuracy circle. @param {Fix} fix @returns {Box} */
export function boxOfFix({ lon, lat, accuracy }) {
  const [x, y] = toPlane(lon, lat);
  const reach = accuracy * stretch(lat);
  return { west: x - reach, south: y - reach, east: x + reach, north: y + reach };
}

/** The view that shows a whole box, never closer than a hamlet. @param {Box} box @param {{width: number, height: number}} size @param {number} [edge] pixels left free on every side @returns {View} */
export function fit(box, { width, height }, edge = EDGE_PIXELS) {
  const across = Math.max(box.east - box.west, LEAST_METRES);
  const up = Math.max(box.north - box.south, LEAST_METRES);
  const scale = Math.min(Math.max(width - 2 * edge, 1) / across, Math.max(height - 2 * edge, 1) / up);
  return { x: (box.west + box.east) / 2, y: (box.south + box.north) / 2, scale: Math.min(scale, MOST_SCALE), width, height };
}

/** @param {View} view @param {number} x @param {number} y of the plane @returns {[number, number]} pixels from the upper left corner */
export function toPicture(view, x, y) {
  return [view.width / 2 + (x - view.x) * view.scale, view.height / 2 - (y - view.y) * view.scale];
}

/** @param {View} view @param {number} left @param {number} top @returns {[number, number]} */
export function toGround(view, left, top) {
  return [view.x + (left - view.width / 2) / view.scale, view.y - (top - view.height / 2) / view.scale];
}

/** Pixels of so many true metres at a latitude. @param {View} view @param {number} metres @param {number} lat */
export function pixelsOf(view, metres, lat) {
  return metres * stretch(lat) * view.scale;
}

/** Move the picture by pixels. @param {View} view @param {number} right @param {number} down @returns {View} */
export function moved(view, right, down) {
  return { ...view, x: view.x - right / view.scale, y: view.y + down / view.scale };
}

/** Closer or farther, with the ground under one pixel staying there. @param {View} view @param {number} factor @param {[number, number]} [around] @returns {View} */
export function zoomed(view, factor, [left, top] = [view.width / 2, view.height / 2]) {
  const scale = Math.min(view.scale * factor, MOST_SCALE);
  const [x, y] = toGround(view, left, top);
  return { ...view, scale, x: x - (left - view.width / 2) / scale, y: y + (top - view.height / 2) / scale };
}

/** The nearest view that still shows some of the whole and is not lost in it. @param {View} view @param {Box} whole @returns {View} */
export function kept(view, whole) {
  const least = fit(whole, view).scale * LEAST_SHARE;
  const within = (/** @type {number} */ at, /** @type {number} */ low, /** @type {number} */ high) => Math.min(Math.max(at, low), high);
  return { ...view, scale: Math.max(view.scale, least), x: within(view.x, whole.west, whole.east), y: within(view.y, whole.south, whole.north) };
}

/** Whether a point of the plane lies in the picture. @param {View} view @param {number} x @param {number} y */
export function shows(view, x, y) {
  const [left, top] = toPicture(view, x, y);
  return left >= 0 && top >= 0 && left <= view.width && top <= view.height;
}

/** The plane point in the middle, at the same scale. @param {View} view @param {number} x @param {number} y @returns {View} */
export function centred(view, x, y) {
  return { ...view, x, y };
}

/** Whether the picture can come closer. @param {View} view */
export function canGrow(view) {
  return view.scale < MOST_SCALE;
}
