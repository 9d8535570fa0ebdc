// @ts-check
/** Draws the chosen layer on folium's map: villages, township borders, marks and names; a tap opens what is known. */

import { json, say } from "./map_fetch.js";
import { boxAround, showLabels, townshipNames, typicalSize, villageNames } from "./map_labels.js";
import { HALF_WIDTH, markerOf, marksOf, pointOf, sizeOf, total, wordsOf } from "./map_marks.js";
import { colour, fillings } from "./map_paint.js";
import { popupOf, townshipLinks, villageLinks } from "./map_popup.js";
import { readTopology } from "./map_shapes.js";

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
  try {
    const [topology, facts] = await Promise.all([json(config.geometry), json(config.facts)]);
    const { L } = /** @type {{L: Leaflet}} */ (/** @type {unknown} */ (globalThis));
    const [marks, names] = [L.layerGroup(), L.layerGroup()];
    const drawing = { L, map, config, shapes: readTopology(topology), facts, bounds: new Map(), marks, names };
    drawVillages(drawing);
    frame(drawing);
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
  for (const village of shapes.villages) {
    const polygon = L.polygon(village.parts, styles[facts.fills[village.code]] ?? styles.plain).addTo(map);
    bounds.set(village.code, polygon.getBounds());
    const name = `${shapes.townships.get(village.township)?.name ?? ""} ${village.name}`.trim();
    const line = facts.lines[village.code] ?? "没有登记";
    polygon.bindTooltip(name, { sticky: true, opacity: 1 });
    polygon.bindPopup(() => popupOf(name, line, villageLinks(config, village)));
  }
  const border = { color: colour("--ink"), weight: 1.6, opacity: 0.75, interactive: false };
  L.polyline(shapes.borders, border).addTo(map);
}

/** Shows the whole area; one finger scrolls the page and two move the map; the wheel zooms once the map was clicked.
 * @param {Drawing} drawing */
function frame({ L, map, bounds, marks, names }) {
  const whole = L.latLngBounds([]);
  bounds.forEach((box) => whole.extend(box));
  map.invalidateSize({ animate: false });
  if (whole.isValid()) map.fitBounds(whole, { padding: [10, 10], animate: false });
  map.setMinZoom(map.getZoom() - 1).setMaxZoom(17);
  L.control.scale({ imperial: false }).addTo(map);
  marks.addTo(map);
  names.addTo(map);
  if (L.Browser.mobile) map.dragging.disable();
  map.scrollWheelZoom.disable();
  map.on("click", () => map.scrollWheelZoom.enable());
  map.on("mouseout", () => map.scrollWheelZoom.disable());
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
  const codes = new Set(shown.map((mark) => mark.code));
  const labels = byTownship ? townshipNames(L, shapes, bounds, codes) : villageNames(shapes, bounds, codes);
  const taken = [
    ...shown.map((mark) => boxAround(map, mark.at, isSmall ? HALF_WIDTH.small : HALF_WIDTH[sizeOf(total(mark))])),
    ...points.map(([lon, lat]) => boxAround(map, [lat, lon], HALF_WIDTH.small)),
  ];
  showLabels(L, map, names, labels, taken);
}
