// @ts-check
/** What the fillings of grids mean, on the map itself and only where grids are drawn. */

import { fillings, swatchOf } from "./map_paint.js";

const WIDTH = 22;
const HEIGHT = 14;

export class GridLegend {
  /** @param {typeof import("leaflet")} L @param {import("leaflet").Map} map */
  constructor(L, map) {
    this.box = L.DomUtil.create("div", "map-classes");
    this.box.hidden = true;
    this.shown = "";
    const control = new L.Control({ position: "topright" });
    control.onAdd = () => this.box;
    control.addTo(map);
  }

  /** @param {{words: string[], fills: string[], areas?: number[]} | undefined} classes */
  show(classes) {
    const key = JSON.stringify(classes ?? "");
    if (key === this.shown) return;
    this.shown = key;
    this.box.hidden = !classes;
    const head = document.createElement("strong");
    head.textContent = "网格";
    const fills = fillings();
    const lines = (classes?.words ?? []).flatMap((word, at) => (classes?.areas?.[at] === 0 ? [] : [line(word, fills(classes?.fills[at] ?? ""))]));
    this.box.replaceChildren(head, ...lines);
  }
}

/** @param {string} word @param {string | CanvasPattern} fill */
function line(word, fill) {
  const made = document.createElement("span");
  made.append(swatchOf(fill, WIDTH, HEIGHT), word);
  return made;
}
