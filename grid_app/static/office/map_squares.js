// @ts-check
/** Squares of 500 metres on a close map: how many open matters lie in each, never where; own matters at their place. */

import { json } from "./map_fetch.js";
import { colour } from "./map_paint.js";

/** @typedef {[number, number, number, number]} Box west, south, east, north */
/** @typedef {import("./map_marks.js").Count} Count */
/**
 * @typedef {{
 *   cells: {box: Box, count: Count}[], villages: {code: string, count: Count}[],
 *   points: {lon: number, lat: number, grade: string, code: string, url: string}[],
 * }} Told
 */

/** From here on a square is wide enough for its number. */
export const FIRST_SQUARES = 13;
const WIDEST = 0.88; // degrees; the server answers up to 0.9
const BEYOND = 0.3;
const FONT = 'system-ui, "PingFang SC", "HarmonyOS Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif';
const NEARER = "再放大一些,就按 500 米格子显示。";

export class Squares {
  /** @param {typeof import("leaflet")} L @param {import("leaflet").Map} map @param {() => void} redraw */
  constructor(L, map, redraw) {
    this.L = L;
    this.map = map;
    this.redraw = redraw;
    this.address = "";
    this.turn = 0;
    /** @type {import("leaflet").LatLngBounds | undefined} what was asked for last */
    this.asked = undefined;
    /** @type {Told | undefined} */
    this.told = undefined;
    this.note = L.DomUtil.create("div", "map-classes map-square-note");
    this.note.hidden = true;
    this.note.textContent = NEARER;
    const control = new L.Control({ position: "topright" });
    control.onAdd = () => this.note;
    control.addTo(map);
    map.on("moveend", () => this.follow());
  }

  /** Whether squares are drawn now: the address asks for them and the map is close enough. */
  get isOn() {
    return this.told !== undefined && this.isWanted && Math.round(this.map.getZoom()) >= FIRST_SQUARES;
  }

  get isWanted() {
    return this.address !== "";
  }

  /** Takes the address of the facts that the map shows; it says whether squares are asked for. @param {string} facts */
  async show(facts) {
    const isAsked = new URLSearchParams(facts.split("?")[1]).get("squares") === "1";
    this.address = isAsked ? facts.replace("/map/facts.json?", "/map/points.json?") : "";
    [this.told, this.asked] = [undefined, undefined];
    this.tell();
    await this.fetch();
  }

  /** The map moved: what it shows now is asked for unless it is there already. */
  follow() {
    this.tell();
    if (this.asked?.contains(this.map.getBounds())) return;
    this.fetch().catch((error) => console.warn("Squares did not come.", error)); // the map moves again, or the facts change
  }

  async fetch() {
    if (!this.isWanted || Math.round(this.map.getZoom()) < FIRST_SQUARES) return;
    const turn = (this.turn += 1);
    this.asked = clamped(this.L, this.map.getBounds().pad(BEYOND), this.map.getCenter());
    const told = /** @type {Told} */ (await json(`${this.address}&bbox=${this.asked.toBBoxString()}`));
    if (turn !== this.turn) return;
    this.told = told;
    this.redraw();
  }

  /** Says that the map has to come closer, when it has. */
  tell() {
    this.note.hidden = !this.isWanted || Math.round(this.map.getZoom()) >= FIRST_SQUARES;
  }

  /** Own matters, as the overlay draws points. @returns {import("./map_overlay.js").Point[]} */
  points() {
    return (this.told?.points ?? []).map(({ lon, lat, code, url }) => ({
      at: this.L.latLng(lat, lon), name: `${code}:本单位承办。准确位置只有承办单位看得到`, sign: "◎", kind: "", url,
    }));
  }

  /**
   * What stands for squares with few households: a mark per village.
   * @param {Map<string, import("./map_places.js").Place>} villages
   */
  marks(villages) {
    return (this.told?.villages ?? []).flatMap(({ code, count }) => {
      const place = villages.get(code);
      return place ? [{ code, name: place.name, at: place.at, counts: [count], isTownship: false }] : [];
    });
  }

  /** The square at a place. @param {import("leaflet").LatLng} at */
  at({ lat, lng }) {
    return this.isOn ? this.told?.cells.find(({ box: [west, south, east, north] }) => lng >= west && lng < east && lat >= south && lat < north) : undefined;
  }

  /** What a square says. @param {import("leaflet").LatLng} at */
  sentenceAt(at) {
    const square = this.at(at);
    return square ? `这个 500 米格子里未办结 ${square.count} 件${square.count === "<5" ? "(1 到 4 件,不写细数)" : ""},不标准确位置` : "";
  }

  /** Draws the squares and returns where they lie. @param {CanvasRenderingContext2D} pen @returns {import("./map_overlay.js").Box[]} */
  draw(pen) {
    const boxes = [];
    const [soft, line, ink, raised] = ["--accent-soft", "--accent-strong", "--ink", "--raised"].map(colour);
    for (const { box: [west, south, east, north], count } of this.told?.cells ?? []) {
      const [{ x, y }, far] = [this.map.latLngToContainerPoint([north, west]), this.map.latLngToContainerPoint([south, east])];
      const [width, height] = [far.x - x, far.y - y];
      boxes.push({ left: x, right: far.x, top: y, bottom: far.y });
      pen.globalAlpha = 0.8;
      pen.fillStyle = soft;
      pen.fillRect(x, y, width, height);
      pen.globalAlpha = 1;
      [pen.strokeStyle, pen.lineWidth] = [line, 1.5];
      pen.strokeRect(x, y, width, height);
      pen.font = `700 ${width < 45 ? 13 : 16}px ${FONT}`;
      [pen.strokeStyle, pen.lineWidth, pen.fillStyle] = [raised, 3, ink];
      pen.strokeText(String(count), x + width / 2, y + height / 2, width - 4);
      pen.fillText(String(count), x + width / 2, y + height / 2, width - 4);
    }
    return boxes;
  }

  /**
   * Says at a tapped square or own matter what it stands for, and leads on. Says whether there was one.
   * @param {import("leaflet").LatLng} at @param {import("./map_overlay.js").Point | undefined} point
   * @param {{code: string, name: string} | undefined} place @param {(code: string) => void} open
   */
  tap(at, point, place, open) {
    const words = point?.name ?? this.sentenceAt(at);
    if (!words || !this.isOn) return false;
    const box = document.createElement("div");
    const said = document.createElement("p");
    box.className = "map-told";
    said.setAttribute("role", "status");
    said.textContent = `${[place?.name, words].filter(Boolean).join(":")}。`;
    box.append(said);
    const popup = this.L.popup({ closeButton: false, minWidth: 200 }).setLatLng(at).setContent(box);
    if (point?.url) box.append(link("打开这一件", point.url));
    else if (place) box.append(button("看这个村(社区)", () => (popup.remove(), open(place.code))));
    box.append(button("关闭", () => popup.remove()));
    popup.openOn(this.map);
    return true;
  }
}

/**
 * As much of some bounds as the server answers for, around their middle.
 * @param {typeof import("leaflet")} L @param {import("leaflet").LatLngBounds} bounds @param {import("leaflet").LatLng} middle
 */
export function clamped(L, bounds, middle) {
  const [lat, lng] = [
    Math.min(bounds.getNorth() - bounds.getSouth(), WIDEST) / 2, Math.min(bounds.getEast() - bounds.getWest(), WIDEST) / 2,
  ];
  return L.latLngBounds([middle.lat - lat, middle.lng - lng], [middle.lat + lat, middle.lng + lng]);
}

/** @param {string} label @param {() => void} act */
function button(label, act) {
  const made = document.createElement("button");
  Object.assign(made, { type: "button", textContent: label });
  made.addEventListener("click", act);
  return made;
}

/** @param {string} label @param {string} address */
function link(label, address) {
  const made = document.createElement("a");
  Object.assign(made, { href: address, textContent: label, target: "_top" });
  return made;
}
