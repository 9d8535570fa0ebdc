// @ts-check
/** Draws the chosen layer on folium's map: villages, township borders, marks and names; a tap opens what is known. */

import { json, say } from "./map_fetch.js";
import { boxAround, showLabels, townshipNames, typicalSize, villageNames } from "./map_labels.js";
import { HALF_WIDTH, markerOf, marksOf, pointOf, sizeOf, total, wordsOf } from "./map_marks.js";
import { colour, fillings } from "./map_paint.js";
import { plain, popupOf, townshipLinks, villageLinks } from "./map_popup.js";
import { readTopology } from "./map_shapes.js";
import { showWhole } from "./map_view.js";

/** @typedef {typeof import("leaflet")} Leaflet */
/** @typedef {import("leaflet").LayerGroup} Group */
/** @typedef {import("./map_popup.js").Addresses & {geometry: string, facts: string}} Config */
/** @typedef {{fills: Record<string, string>, lines: Record<string, string>, marks: import("./map_marks.js").Marks}} Facts */
/**
 * Everything a drawing needs.
 * @typedef {{
 *   L: Leaflet, map: import("leaflet").Map, config: Config, shapes: import("./map_shapes.js").Shapes, facts: Facts,
 *   bounds: Map<string, import("leaflet").LatLngBounds>, marks: Group, names: Group,
 * }} Drawing
 */

/** Villages drawn smaller than this many pixels share one mark per township. */
const SMALLEST_VILLAGE = 44;
const NARROW_MAP = 600;
const FAILED = "地图没有画出来:网络断了,或者边界刚换过。请刷新这一页;表格里的内容不受影响。";

/** @param {import("leaflet").Map} map @param {Config} config */
export async function drawMap(map, config) {
  say("正在画图…");
  try {
    const [topology, facts] = await Promise.all([json(config.geometry), json(config.facts)]);
    const { L } = /** @type {{L: Leaflet}} */ (/** @type {unknown} */ (globalThis));
    const [marks, names] = [L.layerGroup(), L.layerGroup()];
    const drawing = { L, map, config, shapes: readTopology(topology), facts, bounds: new Map(), marks, names };
    showWhole(L, map, drawing.shapes.borders);
    for (const group of [marks, names]) group.addTo(map);
    drawVillages(drawing);
    drawMarks(drawing);
    drawNames(drawing);
    map.on("zoomend", () => drawMarks(drawing)); // not when the map moves: that would take an open popup's mark away
    map.on("moveend", () => drawNames(drawing));
    say("");
  } catch (error) {
    console.warn("The map could not be drawn.", error);
    say(FAILED);
  }
}

/** @param {Drawing} drawing */
function drawVillages({ L, map, config, shapes, facts, bounds }) {
  const styles = fillings();
  /** @type {Map<import("leaflet").Layer, import("./map_shapes.js").Village>} */
  const drawn = new Map();
  for (const village of shapes.villages) {
    const polygon = L.polygon(village.parts, styles[facts.fills[village.code]] ?? styles.plain);
    bounds.set(village.code, polygon.getBounds());
    drawn.set(polygon, village);
  }
  /** @param {import("leaflet").Layer} layer */
  const tell = (layer) => {
    const village = drawn.get(layer);
    const name = village ? `${shapes.townships.get(village.township)?.name ?? ""} ${village.name}`.trim() : "";
    return { village, name };
  };
  const all = L.featureGroup([...drawn.keys()]).addTo(map);
  all.bindTooltip((layer) => plain(tell(layer).name), { sticky: true, opacity: 1 });
  all.bindPopup((layer) => {
    const { village, name } = tell(layer);
    return village ? popupOf(name, facts.lines[village.code] ?? "没有登记", villageLinks(config, village)) : plain(name);
  });
  const border = { color: colour("--ink"), weight: 1.6, opacity: 0.75, interactive: false };
  L.polyline(shapes.borders, border).addTo(map);
}

/** What is marked at this zoom: villages or townships, in which size, or single places.
 * @param {Drawing} drawing */
function marked({ map, shapes, facts, bounds }) {
  const byTownship = shapes.townships.size > 1 && typicalSize(map, bounds) < SMALLEST_VILLAGE;
  const points = byTownship ? [] : facts.marks.points;
  const shown = points.length ? [] : marksOf(shapes, facts.marks, byTownship);
  return { byTownship, isSmall: byTownship && map.getSize().x < NARROW_MAP, points, shown };
}

/** @param {Drawing} drawing */
function drawMarks(drawing) {
  const { L, config, facts, marks } = drawing;
  const { isSmall, points, shown } = marked(drawing);
  marks.clearLayers();
  for (const mark of shown) {
    const links = mark.isTownship ? townshipLinks(config, mark.code) : villageLinks(config, mark);
    const popup = () => popupOf(mark.name, wordsOf(mark, facts.marks), links);
    markerOf(L, mark, facts.marks, isSmall).bindPopup(popup).addTo(marks);
  }
  for (const point of points) {
    pointOf(L, point, facts.marks.kinds[0]).bindPopup(() => popupOf(point[2], "", [])).addTo(marks);
  }
}

/** @param {Drawing} drawing */
function drawNames(drawing) {
  const { L, map, shapes, bounds, names } = drawing;
  const { byTownship, isSmall, points, shown } = marked(drawing);
  const sizes = new Map(shown.map((mark) => [mark.code, sizeOf(total(mark), isSmall)]));
  const labels = byTownship ? townshipNames(L, shapes, bounds, sizes) : villageNames(shapes, bounds, sizes);
  const taken = [
    ...shown.map((mark) => boxAround(map, mark.at, HALF_WIDTH[sizeOf(total(mark), isSmall)])),
    ...points.map(([lon, lat]) => boxAround(map, [lat, lon], HALF_WIDTH.small)),
  ];
  showLabels(L, map, names, labels, taken);
}
