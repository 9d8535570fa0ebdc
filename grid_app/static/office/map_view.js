// @ts-check
/** How the map moves, and where it looks: it opens on the asked view and leaves the page's own scrolling alone. */

/** @typedef {typeof import("leaflet")} Leaflet */
/** @typedef {[number, number, number, number]} Box west, south, east, north */

const CLOSEST = 17;
const PLACES = 5;

/** @param {Leaflet} L @param {Box} box */
export function boundsOf(L, [west, south, east, north]) {
  return L.latLngBounds([[south, west], [north, east]]);
}

/**
 * Where the map looks, as the address writes it: latitude, longitude, zoom.
 * @param {import("leaflet").Map} map
 */
export function viewOf(map) {
  const { lat, lng } = map.getCenter();
  return [lat.toFixed(PLACES), lng.toFixed(PLACES), map.getZoom()].join(",");
}

/**
 * Reads what `viewOf` wrote; `undefined` when it is none.
 * @param {string} text @returns {{at: [number, number], zoom: number} | undefined}
 */
export function readView(text) {
  const numbers = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  const [lat, lon, zoom] = numbers;
  const isSound = numbers.length === 3 && numbers.every(Number.isFinite) && Math.abs(lat) <= 85 && Math.abs(lon) <= 180;
  return isSound && zoom >= 0 && zoom <= CLOSEST ? { at: [lat, lon], zoom } : undefined;
}

/**
 * Opens on the asked view, else on the area. One finger scrolls the page and two move the map; the wheel zooms only once
 * the map was clicked.
 * @param {Leaflet} L @param {import("leaflet").Map} map
 * @param {{whole: import("leaflet").LatLngBounds, area: import("leaflet").LatLngBounds, view: string}} wanted `whole` is how
 * far one may zoom out
 */
export function openView(L, map, { whole, area, view }) {
  map.invalidateSize({ animate: false });
  map.setMaxZoom(CLOSEST);
  const asked = readView(view);
  if (asked) map.setView(asked.at, asked.zoom, { animate: false });
  else if (area.isValid()) map.fitBounds(area, { padding: [10, 10], animate: false });
  if (whole.isValid()) map.setMinZoom(Math.floor(map.getBoundsZoom(whole)) - 1).setMaxBounds(whole.pad(0.6));
  L.control.zoom({ zoomInTitle: "放大", zoomOutTitle: "缩小" }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  if (L.Browser.mobile) map.dragging.disable();
  map.scrollWheelZoom.disable();
  map.on("click focus", () => map.scrollWheelZoom.enable());
  map.on("mouseout", () => map.scrollWheelZoom.disable());
}

/**
 * On a whole screen one finger moves the map and the wheel zooms at once.
 * @param {Leaflet} L @param {import("leaflet").Map} map @param {boolean} isFree
 */
export function setFree(L, map, isFree) {
  for (const handler of [map.scrollWheelZoom, ...(L.Browser.mobile ? [map.dragging] : [])]) isFree ? handler.enable() : handler.disable();
  map.invalidateSize();
}
