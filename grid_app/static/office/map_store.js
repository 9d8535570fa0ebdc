// @ts-check
/** Fetches tiles once and keeps the read ones; which tiles a square of the screen is drawn from. */

import { patient } from "./map_fetch.js";
import { EDGE, readTile } from "./map_mvt.js";

/** @typedef {import("./map_mvt.js").Tile} Tile */
/** @typedef {"townships" | "villages" | "grids"} Level */
/** @typedef {{z: number, x: number, y: number}} Coords */
/** A tile to draw a square from: a point p of the tile lies at p * scale + (left, top) of the square.
 * @typedef {Coords & {scale: number, left: number, top: number}} Piece */

/** Of villages the tiles that hold their townships, too. @typedef {Record<"townships" | "both" | "grids" | string, string>} Addresses */

/** @type {Record<Level, {first: number, last: number}>} zooms at which a level's tiles exist */
export const ZOOMS = {
  townships: { first: 5, last: 14 },
  villages: { first: 8, last: 14 },
  grids: { first: 11, last: 14 },
};
const FIRST_VILLAGES = 7;
const FIRST_GRIDS = 12;
const DEEPEST_JOIN = 2;
const KEPT = 240;
const EMPTY = 204;

/** Which levels are drawn at a zoom of the map, the lowest first. @param {number} zoom @returns {Level[]} */
export function levelsAt(zoom) {
  if (zoom < FIRST_VILLAGES) return ["townships"];
  return zoom < FIRST_GRIDS ? ["villages", "townships"] : ["grids", "villages", "townships"];
}

/**
 * Which tiles of a level make up a square; none where the square shows too much for this level.
 * @param {Level} level @param {Coords} square numbered as tiles of its own zoom
 * @returns {Piece[]}
 */
export function piecesOf(level, { z, x, y }) {
  const { first, last } = ZOOMS[level];
  if (z > last) {
    const across = 2 ** (z - last);
    const [left, top] = [-(x % across) * EDGE, -(y % across) * EDGE];
    return [{ z: last, x: Math.floor(x / across), y: Math.floor(y / across), scale: across, left, top }];
  }
  const steps = Math.max(first - z, 0);
  if (steps > DEEPEST_JOIN || (level === "grids" && steps > 0)) return [];
  const across = 2 ** steps;
  return Array.from({ length: across * across }, (_, number) => {
    const [column, row] = [number % across, Math.floor(number / across)];
    return { z: z + steps, x: x * across + column, y: y * across + row, scale: 1 / across, left: (column * EDGE) / across, top: (row * EDGE) / across };
  });
}

/** Keeps the tiles that were read, the least used go first. */
export class TileStore {
  /** @param {Addresses} addresses with {z}, {x} and {y} */
  constructor(addresses) {
    this.addresses = addresses;
    /** @type {Map<string, Promise<Tile>>} */
    this.tiles = new Map();
  }

  /** @param {Level} level @param {Coords} coords @returns {Promise<Tile>} */
  get(level, { z, x, y }) {
    const name = level === "grids" || z < ZOOMS.villages.first ? level : "both";
    const address = this.addresses[name].replace("{z}", String(z)).replace("{x}", String(x)).replace("{y}", String(y));
    const found = this.tiles.get(address) ?? fetched(address);
    this.tiles.delete(address);
    this.tiles.set(address, found); // now the last to go
    found.catch(() => this.tiles.delete(address)); // asked for again when it is needed again
    for (const oldest of this.tiles.keys()) {
      if (this.tiles.size <= KEPT) break;
      this.tiles.delete(oldest);
    }
    return found;
  }
}

/**
 * A generation that was just taken into use is still being cut: the server says so, and it is asked again.
 * @param {string} address @returns {Promise<Tile>}
 */
async function fetched(address) {
  const answer = await patient(address);
  return answer.status === EMPTY ? new Map() : readTile(await answer.arrayBuffer());
}
