// @ts-check
/** Which names stand on a map and where: inside their place, none over another, villages before grids. */

import { toGround, toPicture } from "./map_view.js";

/** @typedef {import("./map_view.js").View} View */
/** @typedef {import("./map_shapes.js").Shape} Shape */
/** @typedef {{left: number, top: number, right: number, bottom: number}} Area in pixels */
/** @typedef {{shape: Shape, left: number, top: number}} Name the middle of the words */

const RANK = { own: 0, grid: 1, near: 2 };
export const SIZE = { own: 1.15, grid: 0.85, near: 0.9 };
/** Lines above and below its place that a name may move to. */
const SHIFTS = [0, 1.3, -1.3, 2.6, -2.6];
/** Where in the visible part of a shape its name is tried, the middle first. */
const PARTS = [0.5, 0.25, 0.75, 0.05, 0.95];
const LINE = 1.3;
const LEAST_ROOM = 0.8;

/** How wide words are, in letters of full width. @param {string} words */
export function lettersOf(words) {
  return [...words].reduce((sum, sign) => sum + ((sign.codePointAt(0) ?? 0) > 0x2e7f ? 1 : 0.6), 0);
}

/** @param {Area} one @param {Area} other */
export function overlap(one, other) {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

/** @param {number} left @param {number} top @param {number} wide @param {number} high @returns {Area} */
export function areaAt(left, top, wide, high) {
  return { left: left - wide / 2, right: left + wide / 2, top: top - high / 2, bottom: top + high / 2 };
}

/**
 * The names that find room. A village's own name may lie over a mark, any other gives way.
 * @param {Shape[]} shapes @param {View} view @param {number} letter pixels of one letter @param {Area[]} [marks] @param {Area[]} [here] where the person stands, which no name hides
 * @returns {Name[]}
 */
export function placeNames(shapes, view, letter, marks = [], here = []) {
  /** @type {Area[]} */
  const taken = [...here];
  /** @type {Name[]} */
  const names = [];
  for (const shape of [...shapes].sort((one, other) => RANK[one.kind] - RANK[other.kind])) {
    const wide = lettersOf(shape.name) * letter * SIZE[shape.kind];
    const high = letter * SIZE[shape.kind] * LINE;
    const [room, deep] = [(shape.box.east - shape.box.west) * view.scale, (shape.box.north - shape.box.south) * view.scale];
    if (room < wide * LEAST_ROOM || deep < high) continue;
    const [left, middle] = anchorOf(shape, view, wide, high);
    const tops = SHIFTS.map((shift) => middle + shift * high).filter((top) => Math.abs(top - middle) < deep / 2);
    const free = (/** @type {number} */ top, /** @type {Area[]} */ others) => {
      const area = areaAt(left, top, wide, high);
      return isInside(area, view) && !others.some((one) => overlap(one, area));
    };
    const top = tops.find((one) => free(one, [...taken, ...marks])) ?? (shape.kind === "own" ? tops.find((one) => free(one, taken)) : undefined);
    if (top === undefined) continue;
    taken.push(areaAt(left, top, wide, high));
    names.push({ shape, left, top });
  }
  return names;
}

/** Whether a shape holds a point of the plane. @param {Shape} shape @param {number} x @param {number} y */
export function isWithin({ rings }, x, y) {
  let inside = false;
  for (const ring of rings) {
    for (let step = 1; step < ring.length; step += 1) {
      const [[x1, y1], [x2, y2]] = [ring[step - 1], ring[step]];
      if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
    }
  }
  return inside;
}

/** Where a name stands: in its own place, or, when that is not in the picture, inside the part of the shape that is. @param {Shape} shape @param {View} view @param {number} wide @param {number} high */
function anchorOf(shape, view, wide, high) {
  const own = toPicture(view, shape.x, shape.y);
  if (isInside(areaAt(own[0], own[1], wide, high), view)) return own;
  const [west, north] = toPicture(view, shape.box.west, shape.box.north);
  const [east, south] = toPicture(view, shape.box.east, shape.box.south);
  const [left, right] = [Math.max(west, 0) + wide / 2, Math.min(east, view.width) - wide / 2];
  const [top, bottom] = [Math.max(north, 0) + high / 2, Math.min(south, view.height) - high / 2];
  if (left > right || top > bottom) return own;
  const spots = PARTS.flatMap((down) => PARTS.map((across) => /** @type {[number, number]} */ ([left + (right - left) * across, top + (bottom - top) * down])));
  return spots.find(([x, y]) => isWithin(shape, ...toGround(view, x, y))) ?? own;
}

/** @param {Area} area @param {View} view */
function isInside(area, view) {
  return area.left >= 0 && area.top >= 0 && area.right <= view.width && area.bottom <= view.height;
}
