// @ts-check
/** The small map of the report form: the worker's own villages, and one point that a tap sets. */

import { setPlace } from "./position.js";

/** @typedef {typeof import("leaflet")} Leaflet */
/** @typedef {import("./position.js").Fix} Fix */

const VENDOR = "../vendor/leaflet/";
export const TAP_ACCURACY_METRES = 30;

/**
 * The point that the hidden fields hold, or `null` when they are empty or make no sense.
 * @param {string} lon @param {string} lat @param {string} accuracy
 * @returns {Fix | null}
 */
export function readPlace(lon, lat, accuracy) {
  if (lon.trim() === "" || lat.trim() === "") return null;
  const fix = { lon: Number(lon), lat: Number(lat), accuracy: Number(accuracy) || TAP_ACCURACY_METRES };
  const sound = Math.abs(fix.lon) <= 180 && Math.abs(fix.lat) <= 90;
  return sound ? fix : null;
}

/** @returns {Promise<Leaflet>} */
async function loadLeaflet() {
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = new URL(`${VENDOR}leaflet.css`, import.meta.url).href;
  document.head.append(sheet);
  await import(new URL(`${VENDOR}leaflet.js`, import.meta.url).href);
  return /** @type {{L: Leaflet}} */ (/** @type {unknown} */ (globalThis)).L;
}

/** @param {string} name of a custom property */
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/**
 * @param {Leaflet} L
 * @param {import("leaflet").Map} map
 * @param {import("geojson").GeoJsonObject} villages
 */
function drawVillages(L, map, villages) {
  const layer = L.geoJSON(villages, {
    interactive: false,
    style: { color: colour("--accent"), weight: 2, fillColor: colour("--accent"), fillOpacity: 0.08 },
    onEachFeature: (feature, shape) => {
      const name = feature.properties?.name;
      if (name) shape.bindTooltip(String(name), { permanent: true, direction: "center", className: "map-label" });
    },
  }).addTo(map);
  const bounds = layer.getBounds();
  map.fitBounds(bounds.isValid() ? bounds : L.latLngBounds([18, 73], [54, 135]), { padding: [8, 8] });
}

/** @param {Leaflet} L @param {import("leaflet").Map} map */
function pointDrawer(L, map) {
  const group = L.layerGroup().addTo(map);
  return (/** @type {Fix | null} */ fix) => {
    group.clearLayers();
    if (!fix) return;
    const at = L.latLng(fix.lat, fix.lon);
    L.circle(at, { radius: fix.accuracy, color: colour("--accent"), weight: 1, fillOpacity: 0.15, interactive: false }).addTo(group);
    L.circleMarker(at, { radius: 9, color: colour("--paper"), weight: 3, fillColor: colour("--red"), fillOpacity: 1, interactive: false }).addTo(group);
    if (!map.getBounds().contains(at)) map.panTo(at);
  };
}

/** @param {Element} picker @returns {Fix | null} */
function placeOf(picker) {
  const value = (/** @type {string} */ name) => {
    const field = picker.querySelector(`input[data-${name}]`);
    return field instanceof HTMLInputElement ? field.value : "";
  };
  return readPlace(value("lon"), value("lat"), value("accuracy"));
}

/** @param {HTMLElement} element */
export async function startMiniMap(element) {
  const picker = element.closest("[data-module='place-picker']");
  const url = element.dataset.polygonsUrl;
  if (!picker || !url) return;
  const [L, villages] = await Promise.all([
    loadLeaflet(),
    fetch(url, { credentials: "same-origin", headers: { Accept: "application/geo+json, application/json" } }).then((answer) => {
      if (!answer.ok) throw new Error(`The villages of the small map answered ${answer.status}.`);
      return answer.json();
    }),
  ]);
  element.hidden = false;
  const map = L.map(element, { preferCanvas: true, zoomSnap: 0.5, maxZoom: 18 });
  map.attributionControl.setPrefix(false);
  drawVillages(L, map, villages);
  const draw = pointDrawer(L, map);
  draw(placeOf(picker));
  picker.addEventListener("place-set", (event) => draw(/** @type {CustomEvent<Fix | null>} */ (event).detail));
  const tap = (/** @type {import("leaflet").LatLng} */ at) => {
    setPlace(picker, { lon: at.lng, lat: at.lat, accuracy: TAP_ACCURACY_METRES });
    const status = picker.querySelector("[data-position-status]");
    if (status) status.textContent = "已在地图上选好位置。";
  };
  map.on("click", (event) => tap(event.latlng));
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    tap(map.getCenter());
  });
}
