// @ts-check
/** How the map moves: it opens on the whole area and leaves the page's own scrolling alone. */

/** @typedef {typeof import("leaflet")} Leaflet */

/**
 * One finger scrolls the page and two move the map; the wheel zooms only once the map was clicked.
 * @param {Leaflet} L @param {import("leaflet").Map} map
 * @param {import("./map_shapes.js").Place[][]} borders
 */
export function showWhole(L, map, borders) {
  const whole = L.latLngBounds(borders.flat());
  map.invalidateSize({ animate: false });
  if (whole.isValid()) map.fitBounds(whole, { padding: [10, 10], animate: false });
  map.setMinZoom(map.getZoom() - 1).setMaxZoom(17);
  L.control.scale({ imperial: false }).addTo(map);
  if (L.Browser.mobile) map.dragging.disable();
  map.scrollWheelZoom.disable();
  map.on("click", () => map.scrollWheelZoom.enable());
  map.on("mouseout", () => map.scrollWheelZoom.disable());
}
