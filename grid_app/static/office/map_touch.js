// @ts-check
/** Taps, pointers and keys on the map: each tells the page around it which place was meant. */

import { plain, say } from "./map_fetch.js";
import { colour } from "./map_paint.js";

/** @typedef {import("./map_area.js").AreaMap} AreaMap */

const POINTER_PAUSE = 60;
const HERE_ZOOM = 14;

/** @param {AreaMap} area */
export function startTouch(area) {
  const { map } = area;
  let isZooming = false; // meanwhile nobody can tell what is where
  map.on("zoomanim", () => (isZooming = true));
  map.on("zoomend", () => (isZooming = false));
  map.on("click", (event) => isZooming || tap(area, event));
  map.on("moveend zoomend", () => tell("map-view", ""));
  startPointer(area);
  startKeys(area);
}

/**
 * Tells the page around the frame; without one, a village's own page opens.
 * @param {"map-place" | "map-view"} kind @param {string} code
 */
function tell(kind, code) {
  globalThis.frameElement?.dispatchEvent(new CustomEvent(kind, { detail: code }));
}

/** @param {AreaMap} area @param {string} code */
function open(area, code) {
  area.choose(code);
  if (globalThis.frameElement) tell("map-place", code);
  else globalThis.location.assign(area.config.village.replace("CODE", code));
}

/** @param {AreaMap} area @param {import("leaflet").LeafletMouseEvent} event */
function tap(area, { containerPoint, latlng }) {
  if (area.frame !== undefined) area.draw(); // the map has just moved: what is tapped is what stands there now
  const hit = area.overlay.under(containerPoint);
  const township = townshipAt(area, hit?.mark, latlng);
  if (township) return goCloser(area, township, latlng);
  const place = area.placeAt(latlng);
  if (!hit?.mark && area.squares.tap(latlng, hit?.point, place, (code) => open(area, code))) return;
  const code = hit?.mark?.code ?? place?.code;
  if (code) return open(area, code);
  say("这里不在您的辖区内,或者没有边界,地图上没有内容。");
  setTimeout(() => say(""), 3000);
}

/**
 * The township that a tap means: that of a mark, and wherever villages are too small for a finger.
 * @param {AreaMap} area @param {import("./map_marks.js").Mark | undefined} mark @param {import("leaflet").LatLng} at
 */
function townshipAt(area, mark, at) {
  if (mark) return mark.isTownship ? mark.code : undefined;
  if (!matchMedia("(pointer: coarse)").matches || !area.isByTownship()) return undefined;
  return area.places.villages.get(area.placeAt(at)?.code ?? "")?.parent;
}

/** Goes to a township; who is there already comes one step closer. @param {AreaMap} area @param {string} township @param {import("leaflet").LatLng} at */
function goCloser(area, township, at) {
  const { map } = area;
  if (map.getBoundsZoom(area.boundsOf(township)) > map.getZoom() + 0.5) area.lookAt(township);
  else map.setZoomAround(at, map.getZoom() + 1);
}

/** Names what is under the pointer. @param {AreaMap} area */
function startPointer(area) {
  const { L, map } = area;
  const tip = L.tooltip({ sticky: true, opacity: 1, direction: "top", offset: [0, -10] });
  let last = 0;
  map.on("mousemove", ({ containerPoint, latlng, originalEvent }) => {
    if (originalEvent.timeStamp - last < POINTER_PAUSE) return;
    last = originalEvent.timeStamp;
    const words = wordsAt(area, containerPoint, latlng);
    map.getContainer().classList.toggle("map-over-place", words !== "");
    if (words) tip.setLatLng(latlng).setContent(plain(words)).openOn(map);
    else tip.remove();
  });
  map.on("mouseout movestart", () => tip.remove());
}

/** @param {AreaMap} area @param {import("leaflet").Point} point @param {import("leaflet").LatLng} at */
function wordsAt(area, point, at) {
  const hit = area.overlay.under(point);
  if (hit?.mark) return `${hit.mark.name}:${area.told(hit.mark)}`;
  if (hit?.point) return hit.point.name;
  const place = area.placeAt(at);
  return place ? [place.name, place.line].filter(Boolean).join(":") : "";
}

/** With the keyboard the place in the middle is meant: arrows and + - move the map, Enter opens it. @param {AreaMap} area */
function startKeys(area) {
  const { map } = area;
  const box = map.getContainer();
  box.setAttribute("role", "application");
  box.setAttribute("aria-label", "地图:方向键移动,加号减号缩放,回车打开正中的村(社区)");
  const said = document.createElement("p");
  said.className = "map-said";
  said.setAttribute("aria-live", "polite");
  box.after(said);
  const point = () => {
    const isByKeys = box.matches(":focus-visible");
    const place = isByKeys ? area.placeAt(map.getCenter()) : undefined;
    if (place) said.textContent = [place.name, place.line].filter(Boolean).join(":");
    said.classList.toggle("map-said-shown", place !== undefined);
    if (area.pointed === (place?.code ?? "")) return;
    area.pointed = place?.code ?? "";
    area.tiles.repaint();
  };
  box.addEventListener("focus", point);
  box.addEventListener("blur", point);
  map.on("moveend", point);
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== box) return;
    const place = area.placeAt(map.getCenter());
    if (place) open(area, place.code);
  });
}

/**
 * Draws where somebody is: a ring as wide as nobody can tell better. The position goes nowhere else.
 * @param {AreaMap} area @param {{lat: number, lon: number, metres: number}} position
 */
export function showPosition(area, { lat, lon, metres }) {
  const { L, map } = area;
  area.position?.remove();
  area.position = L.circle([lat, lon], { radius: metres, color: colour("--accent"), interactive: false }).addTo(map);
  if (!area.whole.pad(0.2).contains([lat, lon])) return "您现在不在这张地图的范围内。";
  map.setView([lat, lon], Math.max(map.getZoom(), HERE_ZOOM));
  const place = area.placeAt(L.latLng(lat, lon));
  return place ? `您在${place.name}(误差约 ${Math.round(metres)} 米)。位置只显示在这里,不上传。` : "这个位置不在您的辖区内。";
}
