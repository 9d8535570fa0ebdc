// @ts-check
/** Reads one vector tile (MVT 2.1) into rings that a canvas can draw: no objects per point. */

import { PbfReader } from "../vendor/pbf/index.js";

/** Edge of a tile in the units of its rings. */
export const EDGE = 512;
/**
 * One drawn place. `rings` are flat: x, y, x, y ...; names and parents stand in the tiles of grids only.
 * @typedef {{code: string, name: string, parent: string, index: number, rings: number[][], path?: Path2D}} Shape
 */
/** @typedef {Map<string, Shape[]>} Tile shapes by the name of their layer */
/** @typedef {{name: string, extent: number, keys: string[], values: (string | number | boolean)[], features: number[]}} Layer */
/** @typedef {{tags: number[], geometry: number}} Feature */

const MOVE_TO = 1;
const LINE_TO = 2;

/** @param {ArrayBuffer} buffer @returns {Tile} */
export function readTile(buffer) {
  const pbf = new PbfReader(buffer);
  /** @type {Tile} */
  const tile = new Map();
  pbf.readFields((tag) => {
    if (tag !== 3) return;
    const layer = readLayer(pbf, pbf.readVarint() + pbf.pos);
    tile.set(layer.name, layer.features.map((at) => readShape(pbf, at, layer)));
  }, null);
  return tile;
}

/** @param {PbfReader} pbf @param {number} end @returns {Layer} */
function readLayer(pbf, end) {
  /** @type {Layer} */
  const layer = { name: "", extent: 4096, keys: [], values: [], features: [] };
  pbf.readFields((tag) => {
    if (tag === 1) layer.name = pbf.readString();
    else if (tag === 2) layer.features.push(pbf.pos); // read once its keys and values are known
    else if (tag === 3) layer.keys.push(pbf.readString());
    else if (tag === 4) layer.values.push(readValue(pbf));
    else if (tag === 5) layer.extent = pbf.readVarint();
  }, null, end);
  pbf.pos = end;
  return layer;
}

/** @param {PbfReader} pbf @returns {string | number | boolean} */
function readValue(pbf) {
  /** @type {string | number | boolean} */
  let value = "";
  pbf.readMessage((tag) => {
    if (tag === 1) value = pbf.readString();
    else if (tag === 2) value = pbf.readFloat();
    else if (tag === 3) value = pbf.readDouble();
    else if (tag === 4) value = pbf.readVarint(true);
    else if (tag === 5) value = pbf.readVarint();
    else if (tag === 6) value = pbf.readSVarint();
    else if (tag === 7) value = pbf.readBoolean();
  }, null);
  return value;
}

/** @param {PbfReader} pbf @param {number} at @param {Layer} layer @returns {Shape} */
function readShape(pbf, at, layer) {
  /** @type {Feature} */
  const feature = { tags: [], geometry: -1 };
  const after = pbf.pos;
  pbf.pos = at;
  pbf.readMessage((tag) => {
    if (tag === 2) pbf.readPackedVarint(feature.tags);
    else if (tag === 4) feature.geometry = pbf.pos;
  }, null);
  /** @type {Record<string, string | number | boolean>} */
  const told = {};
  for (let at = 0; at + 1 < feature.tags.length; at += 2) told[layer.keys[feature.tags[at]]] = layer.values[feature.tags[at + 1]];
  const rings = feature.geometry < 0 ? [] : readRings(pbf, feature.geometry, EDGE / layer.extent);
  pbf.pos = after;
  return {
    code: String(told.c ?? ""), name: String(told.n ?? ""), parent: String(told.p ?? ""), index: Number(told.i ?? -1),
    rings,
  };
}

/** @param {PbfReader} pbf @param {number} at @param {number} scale @returns {number[][]} */
function readRings(pbf, at, scale) {
  pbf.pos = at;
  const end = pbf.readVarint() + pbf.pos;
  /** @type {number[][]} */
  const rings = [];
  /** @type {number[]} */
  let ring = [];
  let [x, y, command, left] = [0, 0, 0, 0];
  while (pbf.pos < end) {
    if (left === 0) {
      const word = pbf.readVarint();
      [command, left] = [word & 7, word >> 3];
    }
    left -= 1;
    if (command !== MOVE_TO && command !== LINE_TO) continue; // "close path": the canvas closes by itself
    x += pbf.readSVarint();
    y += pbf.readSVarint();
    if (command === MOVE_TO) rings.push((ring = []));
    ring.push(x * scale, y * scale);
  }
  return rings;
}

/**
 * Says whether a point lies in a polygon; holes and parts by the even-odd rule.
 * @param {number[][]} rings @param {number} x @param {number} y
 */
export function holds(rings, x, y) {
  let inside = false;
  for (const ring of rings) {
    for (let at = 0, from = ring.length - 2; at < ring.length; from = at, at += 2) {
      const [x1, y1, x2, y2] = [ring[from], ring[from + 1], ring[at], ring[at + 1]];
      if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
    }
  }
  return inside;
}
