// @ts-check
/** The villages that the phone keeps, as shapes of the plane: own ones, neighbours, and the grids of the own ones. */

import { toPlane } from "./borders.js";
import { boxAround, boxOver } from "./map_view.js";

/** @typedef {import("./map_view.js").Box} Box */
/** @typedef {"own" | "near" | "grid"} Kind */
/** @typedef {{kind: Kind, code: string, name: string, rings: [number, number][][], box: Box, x: number, y: number}} Shape `x`, `y`: where its name stands */
/** @typedef {import("./locator.js").Shape} Geometry */
/** @typedef {{code: string, name?: string, label_lon?: number, label_lat?: number}} Properties */
/** @typedef {{properties: Properties, geometry: Geometry}} Feature */
/** @typedef {{features: Feature[], own?: string[], grids?: Feature[]}} Kept as `/api/v1/villages?around=1&grids=1` answers */
/** @typedef {{shapes: Shape[], own: Shape[], whole: Box | null, home: Box | null, names: string[]}} Shapes */

/** @param {Geometry} geometry @returns {[number, number][][]} */
function ringsOf(geometry) {
  if (!geometry) return [];
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  return polygons.flat().map((ring) => ring.map(([lon, lat]) => toPlane(lon, lat)));
}

/** One shape, or `null` of a place without a polygon. @param {Feature} feature @param {Kind} kind @param {string} name @returns {Shape | null} */
function shapeOf({ properties, geometry }, kind, name) {
  const rings = ringsOf(geometry);
  const box = boxAround(rings.flat());
  if (!box) return null;
  const { label_lon: lon, label_lat: lat } = properties;
  const [x, y] = lon === undefined || lat === undefined ? [(box.west + box.east) / 2, (box.south + box.north) / 2] : toPlane(lon, lat);
  return { kind, code: properties.code, name, rings, box, x, y };
}

/** The short name of a grid on a map that names its village: 第2网格 of 云岭村第2网格. @param {Feature} grid @param {Feature[]} villages */
export function gridName({ properties }, villages) {
  const { name = properties.code, code } = properties;
  const village = villages.find((one) => code.startsWith(one.properties.code))?.properties.name ?? "";
  return village && name.startsWith(village) && name.length > village.length ? name.slice(village.length) : name;
}

/** Which of the villages are the person's own: as the office said, else the home village, else all. @param {Kept} kept @param {string} home */
function ownCodes({ own, features }, home) {
  if (own?.length) return new Set(own);
  const all = features.map(({ properties }) => properties.code);
  return new Set(all.includes(home) ? [home] : all);
}

/**
 * In the order of drawing: neighbours, own villages, grids.
 * @param {Kept | null} kept @param {string} home code of the home village, or ""
 * @returns {Shapes}
 */
export function shapesOf(kept, home) {
  if (!kept) return { shapes: [], own: [], whole: null, home: null, names: [] };
  const codes = ownCodes(kept, home);
  const isOwn = (/** @type {Feature} */ { properties }) => codes.has(properties.code);
  const nameOf = (/** @type {Feature} */ { properties }) => properties.name ?? properties.code;
  const drawn = (/** @type {Shape | null} */ one) => one !== null;
  const own = kept.features.filter(isOwn).map((one) => shapeOf(one, "own", nameOf(one))).filter(drawn);
  const near = kept.features.filter((one) => !isOwn(one)).map((one) => shapeOf(one, "near", nameOf(one))).filter(drawn);
  const grids = (kept.grids ?? []).map((one) => shapeOf(one, "grid", gridName(one, kept.features))).filter(drawn);
  const shapes = /** @type {Shape[]} */ ([...near, ...own, ...grids]);
  return {
    shapes,
    own: /** @type {Shape[]} */ (own),
    whole: boxOver(shapes.map(({ box }) => box)),
    home: boxOver(own.map((one) => one?.box ?? null)),
    names: kept.features.filter(isOwn).map(nameOf),
  };
}
