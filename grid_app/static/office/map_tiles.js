// @ts-check
/** The layer of drawn places: squares of canvas, painted again when facts change, never fetched again. */

import { EDGE, holds } from "./map_mvt.js";
import { piecesOf } from "./map_store.js";

/** @typedef {typeof import("leaflet")} Leaflet */
/** @typedef {import("./map_mvt.js").Shape} Shape */
/** @typedef {import("./map_store.js").Level} Level */
/** @typedef {import("./map_store.js").Piece} Piece */
/** @typedef {import("./map_store.js").Coords} Coords */
/** What stands on one square: of each level the pieces with their shapes.
 * @typedef {{coords: Coords, canvas: HTMLCanvasElement, parts: {level: Level, piece: Piece, shapes: Shape[]}[]}} Square */
/** @typedef {(canvas: CanvasRenderingContext2D, square: Square) => void} Paint */
/**
 * @typedef {{
 *   store: import("./map_store.js").TileStore, levelsAt: (zoom: number) => Level[],
 *   paint: Paint, onTrouble: (error: unknown) => void, zoom: () => number,
 * }} Source
 */

const SHARPEST = 2;
/** Milliseconds for which a square waits for those beside it. */
const TOGETHER = 120;

/** @param {Leaflet} L @param {Source} source */
export function areaTiles(L, source) {
  /** @type {Map<string, Square>} */
  const squares = new Map();
  const layer = L.gridLayer({ tileSize: EDGE, keepBuffer: 1, updateWhenZooming: false, noWrap: true });
  /** @type {Set<() => void>} what shall be painted in the next frame */
  const due = new Set();
  let coming = 0;
  const paintDue = () => {
    for (const act of due) act();
    due.clear();
  };
  /** Paints in one frame what came together: every frame with a new canvas costs as much as painting it. */
  const settle = () => {
    coming -= 1;
    if (coming === 0) requestAnimationFrame(paintDue);
    else if (due.size === 1) setTimeout(paintDue, TOGETHER);
  };
  /** @param {Coords} coords @param {(error: unknown, canvas: HTMLCanvasElement) => void} done */
  const createTile = (coords, done) => {
    const canvas = document.createElement("canvas");
    /** @type {Square} */
    const square = { coords: { z: coords.z - 1, x: coords.x, y: coords.y }, canvas, parts: [] };
    sized(square, source.zoom());
    coming += 1;
    filled(square, source)
      .then(
        () => {
          squares.set(keyOf(coords), square);
          due.add(() => {
            paintOne(square, source.paint);
            done(undefined, canvas);
          });
        },
        (error) => {
          source.onTrouble(error);
          done(error, canvas);
        },
      )
      .then(settle);
    return canvas;
  };
  Object.assign(layer, { createTile }); // Leaflet's way to make a layer of one's own
  layer.on("tileunload", (event) => squares.delete(keyOf(/** @type {any} */ (event).coords)));
  const repaint = () => squares.forEach((square) => paintOne(square, source.paint));
  /** Paints anew what has another size on the screen than it was painted for. */
  const fit = () => squares.forEach((square) => {
    if (sized(square, source.zoom())) paintOne(square, source.paint);
  });
  return { layer, squares, repaint, fit };
}

/**
 * Gives a square's canvas the pixels that it fills on the screen: squares are shown smaller or larger between two zooms, and
 * a canvas twice as large takes twice as long. Says whether it had another size; one that is about to go keeps its own.
 * @param {Square} square @param {number} zoom
 */
function sized({ canvas, coords }, zoom) {
  if (Math.round(zoom) !== coords.z + 1) return false;
  const sharp = Math.min(Math.min(globalThis.devicePixelRatio || 1, SHARPEST) * 2 ** (zoom - coords.z - 1), SHARPEST);
  const edge = Math.ceil(EDGE * sharp);
  if (canvas.width === edge) return false;
  canvas.width = canvas.height = edge;
  return true;
}

/** @param {Coords} coords */
function keyOf({ z, x, y }) {
  return `${z}/${x}/${y}`;
}

/** @param {Square} square @param {Source} source */
async function filled(square, { store, levelsAt }) {
  const wanted = levelsAt(square.coords.z + 1).flatMap((level) => piecesOf(level, square.coords).map((piece) => ({ level, piece })));
  square.parts = await Promise.all(
    wanted.map(async ({ level, piece }) => {
      const tile = await store.get(level, piece);
      return { level, piece, shapes: tile.get(level) ?? [] };
    }),
  );
}

/** @param {Square} square @param {Paint} paint */
function paintOne(square, paint) {
  const canvas = square.canvas.getContext("2d");
  if (!canvas) return;
  canvas.setTransform(1, 0, 0, 1, 0, 0);
  canvas.clearRect(0, 0, square.canvas.width, square.canvas.height);
  paint(canvas, square);
}

/**
 * The place of a level under a point of the map, in squares that have arrived.
 * @param {Iterable<Square>} squares @param {import("leaflet").Map} map @param {import("leaflet").LatLng} at
 * @param {Level} level @returns {Shape | undefined}
 */
export function placeAt(squares, map, at, level) {
  for (const square of squares) {
    const { x, y } = map.project(at, square.coords.z + 1);
    const [inX, inY] = [x - square.coords.x * EDGE, y - square.coords.y * EDGE];
    if (inX < 0 || inY < 0 || inX >= EDGE || inY >= EDGE) continue;
    for (const { level: of, piece, shapes } of square.parts) {
      if (of !== level) continue;
      const [px, py] = [(inX - piece.left) / piece.scale, (inY - piece.top) / piece.scale];
      const found = shapes.find((shape) => holds(shape.rings, px, py));
      if (found) return found;
    }
  }
  return undefined;
}
