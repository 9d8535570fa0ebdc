// @ts-check
/** Draws the asked layer on folium's map and hands it to the page around the frame. */

import { AreaMap } from "./map_area.js";
import { say } from "./map_fetch.js";

/** @typedef {typeof import("leaflet")} Leaflet */

const FAILED = "地图没有画出来:网络断了,或者边界刚换过。请刷新这一页;表格里的内容不受影响。";

/** @param {import("leaflet").Map} map @param {import("./map_area.js").Config} config */
export async function drawMap(map, config) {
  say("正在画图…");
  const { L } = /** @type {{L: Leaflet}} */ (/** @type {unknown} */ (globalThis));
  const area = new AreaMap(L, map, config);
  try {
    await area.start();
  } catch (error) {
    console.warn("The map could not be drawn.", error);
    say(FAILED);
    return;
  }
  const frame = /** @type {(HTMLElement & {areaMap?: AreaMap}) | null} */ (globalThis.frameElement);
  if (!frame) return;
  frame.areaMap = area;
  frame.dispatchEvent(new Event("map-ready"));
}
