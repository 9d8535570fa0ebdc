// @ts-check
/** Reads one vector tile (MVT 2.1) into shapes that a canvas can draw; their geometry is read when it is drawn. */

import { PbfReader } from "../vendor/pbf/index.js";

/** Edge of a tile in the units of its rings. */
export const EDGE = 512;
/** @typedef {Map<string, Shape[]>} Tile shapes by the name of their layer */
/** @typedef {{name: string, extent: number, keys: string[], values: (string | number | boolean)[], features: number[]}} Layer */
/** @typedef {{bytes: Uint8Array, from: number, to: number, scale: number}} Geometry where its numbers stand in the tile */

const MOVE_TO = 1;
const LINE_TO = 2;

/** One drawn place; names and parents stand in the tiles of grids only. */
export class Shape {
  /** @param {Record<string, string | number | boolean>} told @param {Geometry} geometry */
  constructor(told, geometry) {
    this.code = String(told.c ?? "");
    this.name = String(told.n ?? "");
    this.parent = String(told.p ?? "");
    this.index = Number(told.i ?? -1);
    this.geometry = geometry;
    /** @type {number[][] | undefined} */
    this.read = undefined;
    /** @type {Path2D | undefined} */
    this.drawn = undefined;
  }

  /** Its rings, flat: x, y, x, y ... */
  get rings() {
    if (this.read) return this.read;
    /** @type {number[][]} */
    const rings = [];
    walk(this.geometry, (x, y, isFirst) => (isFirst ? rings.push([x, y]) : rings[rings.length - 1].push(x, y)));
    return (this.read = rings);
  }

  /** Its rings as a canvas draws them. */
  get path() {
    if (this.drawn) return this.drawn;
    const path = new Path2D();
    walk(this.geometry, (x, y, isFirst) => (isFirst ? path.moveTo(x, y) : path.lineTo(x, y)), () => path.closePath());
    return (this.drawn = path);
  }
}

/** @param {ArrayBuffer} buffer @returns {Tile} */
export function readTile(buffer) {
  const pbf = new PbfReader(buffer);
  /** @type {Tile} */
  const tile = new Map();
  pbf.readFields((tag) => {
    if (tag !== 3) return;
    const layer = readLayer(pbf, pbf.readVarint() + pbf.pos);
    const after = pbf.pos;
    tile.set(layer.name, layer.features.map((at) => readShape(pbf, at, layer)));
    pbf.pos = after;
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
function readShape(pbf, at, { keys, values, extent }) {
  /** @type {Record<string, string | number | boolean>} */
  const told = {};
  const geometry = { bytes: pbf.buf, from: 0, to: 0, scale: EDGE / extent };
  pbf.pos = at;
  pbf.readMessage((tag) => {
    if (tag === 2) {
      const tags = pbf.readPackedVarint();
      for (let at = 0; at + 1 < tags.length; at += 2) told[keys[tags[at]]] = values[tags[at + 1]];
    } else if (tag === 4) {
      const length = pbf.readVarint();
      [geometry.from, geometry.to] = [pbf.pos, pbf.pos + length];
      pbf.pos = geometry.to;
    }
  }, null);
  return new Shape(told, geometry);
}

/**
 * Goes through the points of a geometry. One plain loop over bytes: a browser makes it fast while the first tile is read,
 * which it does not with a reader's calls for every number.
 * @param {Geometry} geometry @param {(x: number, y: number, isFirst: boolean) => void} point @param {() => void} [close]
 */
function walk({ bytes, from, to, scale }, point, close) {
  let x = 0;
  let y = 0;
  let command = 0;
  let left = 0; // numbers that belong to the command
  let at = from;
  while (at < to) {
    let number = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      number |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    if (left === 0) {
      command = number & 7;
      if (command === MOVE_TO || command === LINE_TO) left = (number >>> 3) * 2;
      else close?.();
      continue;
    }
    left -= 1;
    const step = (number >>> 1) ^ -(number & 1);
    if (left & 1) x += step;
    else {
      y += step;
      point(x * scale, y * scale, command === MOVE_TO);
    }
  }
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
