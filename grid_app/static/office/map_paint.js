// @ts-check
/** How places are painted: fillings told apart without colour, borders by level, the chosen place. */

/** @typedef {import("./map_tiles.js").Square} Square */
/** @typedef {import("./map_mvt.js").Shape} Shape */
/** @typedef {import("./map_store.js").Level} Level */
/** @typedef {(key: string) => string | CanvasPattern} Fillings */

const TILE = 8;
/** Pixels of a hatch to one of the page, so that it is as fine as a phone's screen. */
const FINENESS = 2;
const LOW_ZOOM = 11;

/** @type {Map<string, string>} */
const colours = new Map();

/** Read once: asking for a style makes the browser lay the page out. @param {string} name of a custom property */
export function colour(name) {
  const found = colours.get(name) ?? getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  colours.set(name, found);
  return found;
}

/**
 * A repeating tile for the canvas.
 * @param {(tile: CanvasRenderingContext2D) => void} draw
 * @param {string} fallback
 */
function pattern(draw, fallback) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = TILE * FINENESS;
  const tile = canvas.getContext("2d");
  if (!tile) return fallback;
  tile.scale(FINENESS, FINENESS);
  draw(tile);
  return tile.createPattern(canvas, "repeat") ?? fallback;
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

/** @param {[number, number, number, number][]} lines @param {string} hue @param {number} width @param {string} [ground] */
function lined(lines, hue, width, ground = colour("--raised")) {
  return (/** @type {CanvasRenderingContext2D} */ tile) => {
    tile.fillStyle = ground;
    tile.fillRect(0, 0, TILE, TILE);
    [tile.strokeStyle, tile.lineWidth] = [hue, width];
    tile.beginPath();
    for (const [x1, y1, x2, y2] of lines) {
      tile.moveTo(x1, y1);
      tile.lineTo(x2, y2);
    }
    tile.stroke();
  };
}

/**
 * Every filling, made when it is first needed; the printed map (geo/map_svg.py) has the same under the same names. What is
 * not known by its name is plain.
 * @returns {Fillings}
 */
export function fillings() {
  const [raised, accent, soft, edge] = [colour("--raised"), colour("--accent"), colour("--accent-soft"), colour("--edge")];
  /** @type {Record<string, () => string | CanvasPattern>} */
  const ways = {
    plain: () => raised, soft: () => soft, full: () => colour("--map-full") || accent, dots: () => pattern(dots, soft),
    stripe: () => pattern(lined([[-2, 2, 2, -2], [0, 8, 8, 0], [6, 10, 10, 6]], accent, 1.4), soft),
    back: () => pattern(lined([[-2, 6, 2, 10], [0, 0, 8, 8], [6, -2, 10, 2]], edge, 1), soft),
    cross: () => pattern(lined([[0, 0, 8, 8], [0, 8, 8, 0]], accent, 1), soft),
    dense: () => pattern(lined([[0, 0, 8, 8], [0, 8, 8, 0]], raised, 1.2, accent), accent),
    lines: () => pattern(lined([[0, 2, 8, 2], [0, 6, 8, 6]], accent, 1.1), soft),
    ...Object.fromEntries([1, 2, 3, 4, 5].map((step) => [`ramp${step}`, () => colour(`--map-ramp-${step}`)])),
  };
  /** @type {Map<string, string | CanvasPattern>} */
  const made = new Map();
  return (key) => {
    const found = made.get(key) ?? (ways[key] ?? ways.plain)();
    made.set(key, found);
    return found;
  };
}

/** @param {Shape[]} shapes @param {(shape: Shape) => string | undefined} fillOf @returns {Map<string | undefined, Shape[]>} */
function byFilling(shapes, fillOf) {
  /** @type {Map<string | undefined, Shape[]>} */
  const found = new Map();
  for (const shape of shapes) {
    const key = fillOf(shape);
    const alike = found.get(key);
    if (alike) alike.push(shape);
    else found.set(key, [shape]);
  }
  return found;
}

/**
 * Makes the painter of squares.
 * @param {{
 *   fill: (level: Level, shape: Shape) => string | undefined, levelOf: () => Level | "", chosen: () => string, pointed: () => string,
 *   clear: boolean,
 * }} scene `clear`: something lies under the map that shall be seen
 * @returns {import("./map_tiles.js").Paint}
 */
export function painter(scene) {
  const fills = fillings();
  const [edge, ink, accent, focus, ground] = ["--edge", "--ink", "--accent-strong", "--focus", "--ground"].map(colour);
  return (canvas, square) => {
    const [sharp, zoom] = [square.canvas.width / 512, square.coords.z + 1];
    const hair = 1 / sharp; // a line of one pixel of the screen is drawn many times faster than one a little wider
    const widths = { grids: Math.min(0.5, hair), villages: zoom < LOW_ZOOM ? hair : 1, townships: 2 };
    /** @param {(part: Square["parts"][number]) => void} act */
    const each = (act) => {
      for (const part of square.parts) {
        const { scale, left, top } = part.piece;
        canvas.setTransform(sharp * scale, 0, 0, sharp * scale, sharp * left, sharp * top);
        act(part);
      }
    };
    each(({ level, piece, shapes }) => {
      if (level !== scene.levelOf()) return;
      canvas.globalAlpha = scene.clear ? 0.7 : 1;
      for (const [key, alike] of byFilling(shapes, (shape) => scene.fill(level, shape))) {
        canvas.fillStyle = key === undefined ? ground : levelled(fills(key), piece.scale);
        for (const shape of alike) canvas.fill(shape.path, "evenodd"); // a path of all would be slow to make and to fill
      }
      canvas.globalAlpha = 1;
    });
    each(({ level, piece, shapes }) => {
      canvas.lineJoin = "round";
      canvas.strokeStyle = level === "townships" ? ink : edge;
      canvas.lineWidth = widths[level] / piece.scale;
      for (const shape of shapes) canvas.stroke(shape.path);
    });
    each(({ piece, shapes }) => {
      for (const shape of shapes) {
        const isChosen = shape.code === scene.chosen();
        if (!isChosen && shape.code !== scene.pointed()) continue;
        canvas.strokeStyle = isChosen ? accent : focus;
        canvas.lineWidth = 4 / piece.scale;
        canvas.setLineDash(isChosen ? [] : [6 / piece.scale, 4 / piece.scale]);
        canvas.stroke(shape.path);
        canvas.setLineDash([]);
      }
    });
  };
}

/**
 * Keeps hatches as wide where a tile is drawn larger or smaller than it is.
 * @param {string | CanvasPattern} fill @param {number} scale
 */
function levelled(fill, scale) {
  if (fill instanceof CanvasPattern) fill.setTransform(new DOMMatrix().scale(1 / (scale * FINENESS)));
  return fill;
}

/**
 * A small box with a filling, for a legend.
 * @param {string | CanvasPattern} fill @param {number} width @param {number} height
 */
export function swatchOf(fill, width, height) {
  const swatch = document.createElement("canvas");
  [swatch.width, swatch.height] = [width * FINENESS, height * FINENESS];
  [swatch.style.width, swatch.style.height] = [`${width}px`, `${height}px`];
  const pen = swatch.getContext("2d");
  if (!pen) return swatch;
  pen.scale(FINENESS, FINENESS);
  pen.fillStyle = levelled(fill, 1);
  pen.fillRect(0, 0, width, height);
  return swatch;
}
