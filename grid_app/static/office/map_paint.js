// @ts-check
/** Fillings of villages: plain, full, hatched, dotted, empty; told apart without colour. */

/** @typedef {import("leaflet").PathOptions} PathOptions */

const TILE = 8;

/** @param {string} name of a custom property */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/**
 * A repeating tile for the canvas; Leaflet hands `fillColor` to the canvas as it is, so a pattern works as a colour.
 * @param {(tile: CanvasRenderingContext2D) => void} draw
 * @param {string} fallback
 * @returns {string}
 */
function pattern(draw, fallback) {
  const canvas = document.createElement("canvas");
  canvas.width = TILE;
  canvas.height = TILE;
  const tile = canvas.getContext("2d");
  if (!tile) return fallback;
  draw(tile);
  const made = tile.createPattern(canvas, "repeat");
  return made ? /** @type {string} */ (/** @type {unknown} */ (made)) : fallback;
}

/** @param {CanvasRenderingContext2D} tile */
function stripe(tile) {
  tile.fillStyle = colour("--raised");
  tile.fillRect(0, 0, TILE, TILE);
  tile.strokeStyle = colour("--accent");
  tile.lineWidth = 1.5;
  tile.beginPath();
  for (const shift of [-TILE, 0, TILE]) {
    tile.moveTo(shift, TILE);
    tile.lineTo(shift + TILE, 0);
  }
  tile.stroke();
}

/** @param {CanvasRenderingContext2D} tile */
function dots(tile) {
  tile.fillStyle = colour("--accent-soft");
  tile.fillRect(0, 0, TILE, TILE);
  tile.fillStyle = colour("--accent");
  for (const [x, y] of [[2, 2], [6, 6]]) {
    tile.beginPath();
    tile.arc(x, y, 1.2, 0, 2 * Math.PI);
    tile.fill();
  }
}

/**
 * The style of every filling, made once per page.
 * @returns {Record<string, PathOptions>}
 */
export function fillings() {
  const border = { color: colour("--edge"), weight: 0.6, opacity: 0.9, fillOpacity: 1 };
  return {
    plain: { ...border, fillColor: colour("--raised") },
    empty: { ...border, fillColor: colour("--raised") },
    full: { ...border, fillColor: colour("--map-full") || colour("--accent") },
    stripe: { ...border, fillColor: pattern(stripe, colour("--accent-soft")) },
    dots: { ...border, fillColor: pattern(dots, colour("--accent-soft")) },
  };
}
