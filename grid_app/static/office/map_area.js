// @ts-check
/** The map of one area: tiles, fillings, marks and names, and what the page around it may ask for. */

import { FactsReader, classOf, fillOf, isByNumber, pointsOf } from "./map_facts.js";
import { say } from "./map_fetch.js";
import { GridLegend } from "./map_grid_legend.js";
import { marksOf, wordsOf } from "./map_marks.js";
import { Overlay } from "./map_overlay.js";
import { painter } from "./map_paint.js";
import { namesOf, placesOf, typicalSize } from "./map_places.js";
import { Squares } from "./map_squares.js";
import { TileStore, levelsAt } from "./map_store.js";
import { areaTiles, placeAt } from "./map_tiles.js";
import { showPosition, startTouch } from "./map_touch.js";
import { boundsOf, openView, setFree, viewOf } from "./map_view.js";

/** @typedef {typeof import("leaflet")} Leaflet */
/** @typedef {import("./map_store.js").Level} Level */
/** @typedef {import("./map_facts.js").Facts} Facts */
/** @typedef {import("./map_view.js").Box} Box */
/**
 * @typedef {{
 *   tiles: import("./map_store.js").Addresses, codes: string, county: string, root: string, area: string, facts: string, village: string,
 *   view: string, place: string, clear: boolean, boxes: {whole: Box, area: Box} | null,
 * }} Config `root` is what the tiles show, `area` what to look at first, `boxes` where both are, once the tiles are cut
 */

/** Villages drawn smaller than this many pixels share one mark per township. */
const SMALLEST_VILLAGE = 44;
const NARROW_MAP = 600;
const CLOSEST_LOOK = 15;
/** Milliseconds for which borders wait for the facts, so that they are painted once. */
const PATIENCE = 500;
const PARTLY = "有几块底图没有取到,可能是网络断了。移动一下地图会再试;数字和表格不受影响。";

/** What marks say where squares are drawn. @type {import("./map_marks.js").Marks} */
const OF_VILLAGES = { unit: "件", kinds: [{ key: "village", sign: "村", word: "归到村,不标到格子的" }], values: {}, points: [] };
const STALE = "没有取到新的数字,现在看到的是前面的;过一会儿会再试。";

export class AreaMap {
  /** @param {Leaflet} L @param {import("leaflet").Map} map @param {Config} config */
  constructor(L, map, config) {
    this.L = L;
    this.map = map;
    this.config = config;
    this.chosen = config.place;
    this.pointed = ""; // what the keyboard is at
    this.reader = new FactsReader(config);
    this.overlay = new Overlay(L, map);
    this.legend = new GridLegend(L, map);
    this.squares = new Squares(L, map, () => this.drawSoon());
    /** @type {Facts | undefined} */
    this.facts = undefined;
    /** @type {{townships: Map<string, import("./map_places.js").Place>, villages: Map<string, import("./map_places.js").Place>}} */
    this.places = { townships: new Map(), villages: new Map() };
    /** @type {import("leaflet").LatLngBounds} */
    this.whole = L.latLngBounds([]);
    this.address = "";
    this.level = "";
    this.turn = 0;
    this.isTroubled = false;
    this.isDrawn = false;
    this.isLate = false; // facts keep the map waiting: borders are shown without them
    /** @type {import("leaflet").Circle | undefined} */
    this.position = undefined;
    /** @type {number | undefined} */
    this.frame = undefined;
    const paint = painter({
      fill: (level, shape) => (this.facts && !this.squares.isWanted ? fillOf(this.facts, level, shape) : this.bare(shape)),
      levelOf: () => this.filled(), chosen: () => this.chosen, pointed: () => this.pointed, clear: config.clear,
    });
    this.tiles = areaTiles(L, {
      store: new TileStore(config.tiles), levelsAt, onTrouble: () => this.troubled(), zoom: () => map.getZoom(),
      paint: (canvas, square) => {
        if (this.facts || this.isLate) paint(canvas, square); // else the facts that are on their way paint it, once
      },
    });
  }

  /** Opens the map; tiles, codes and facts are fetched side by side where the page says what it will look at. */
  async start() {
    const { map, config, L, reader } = this;
    const codes = Promise.all([reader.codesOf(config.root, "townships"), reader.codesOf(config.root, "villages")]);
    if (config.boxes) this.open(boundsOf(L, config.boxes.whole), boundsOf(L, config.boxes.area));
    const facts = config.boxes ? this.show(config.facts) : undefined;
    facts?.catch(() => undefined); // told when it is waited for
    const [townships, villages] = await codes;
    this.places = { townships: placesOf(L, townships), villages: placesOf(L, villages) };
    if (!config.boxes) {
      this.whole = [...this.places.villages.values()].reduce((bounds, { box }) => bounds.extend(boundsOf(L, box)), L.latLngBounds([]));
      this.open(this.whole, this.boundsOf(config.area));
    }
    map.on("moveend zoomend resize", () => this.drawSoon());
    map.on("zoomend", () => {
      this.tiles.fit();
      this.levelled();
    });
    startTouch(this);
    await (facts ?? this.show(config.facts));
    if (!this.isDrawn) this.draw(); // the facts came before the codes
  }

  /** @param {import("leaflet").LatLngBounds} whole @param {import("leaflet").LatLngBounds} area */
  open(whole, area) {
    this.whole = whole;
    openView(this.L, this.map, { whole, area, view: this.config.view });
    Object.assign(this.tiles.layer.options, { bounds: whole.pad(0.01) });
    say("");
    this.tiles.layer.addTo(this.map);
    setTimeout(() => {
      this.isLate = true;
      if (!this.facts) this.tiles.repaint();
    }, PATIENCE);
  }

  /** Comes when everything of the view has been painted, and the browser has shown it. */
  async painted() {
    const { layer } = this.tiles;
    if (layer.isLoading()) await new Promise((done) => layer.once("load", done));
    for (let frames = 0; frames < 2; frames += 1) await new Promise((done) => requestAnimationFrame(done));
  }

  /** Shows other facts on the same tiles. @param {string} address @returns {Promise<Facts>} */
  async show(address) {
    const turn = (this.turn += 1);
    [this.address, this.level] = [address, this.wanted()];
    const facts = await this.reader.read(`${address}&level=${this.level}`);
    if (turn !== this.turn) return facts; // asked for something else meanwhile
    this.facts = facts;
    this.squares.show(address).catch(() => say(STALE));
    this.tiles.repaint();
    this.draw();
    return facts;
  }

  /** Which level's facts this zoom shows. @returns {"villages" | "grids"} */
  wanted() {
    return levelsAt(Math.round(this.map.getZoom())).includes("grids") ? "grids" : "villages";
  }

  /** Asks for the facts of the level that is drawn now. */
  levelled() {
    if (this.level !== this.wanted()) this.show(this.address).catch(() => say(STALE));
  }

  /** Which level's places are filled: that of the facts, where it is drawn. @returns {Level | ""} */
  filled() {
    const level = this.facts?.level ?? "villages";
    return levelsAt(Math.round(this.map.getZoom())).includes(level) ? level : "";
  }

  /** Some tiles did not come: they are asked for again as soon as the map moves. */
  troubled() {
    say(PARTLY);
    if (this.isTroubled) return;
    this.isTroubled = true;
    this.map.once("moveend", () => {
      this.isTroubled = false;
      say("");
      this.tiles.layer.remove().addTo(this.map); // `redraw` asks for tiles of a broken zoom; those that came are kept
    });
  }

  drawSoon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.draw();
    });
  }

  draw() {
    const { L, map, facts, places } = this;
    if (!facts || !places.villages.size) return;
    this.isDrawn = true;
    const byTownship = this.isByTownship();
    const isSmall = byTownship && map.getSize().x < NARROW_MAP;
    const { squares } = this;
    const points = squares.isOn ? squares.points() : byTownship ? [] : pointsOf(L, facts);
    const marks = squares.isOn ? squares.marks(places.villages) : points.length ? [] : marksOf(facts.marks, places, byTownship);
    const under = squares.isOn ? (/** @type {CanvasRenderingContext2D} */ pen) => squares.draw(pen) : undefined;
    const names = namesOf(L, map, byTownship ? places.townships : places.villages, marks, isSmall);
    this.overlay.draw({ marks, points, names, told: this.marks(), isSmall, under });
    this.legend.show(!squares.isWanted && this.filled() === "grids" && (isByNumber(facts) || facts.layer === "returns") ? facts.classes : undefined);
  }

  /** What the drawn marks are about. */
  marks() {
    return this.squares.isOn || !this.facts ? OF_VILLAGES : this.facts.marks;
  }

  /** The filling below squares: none but what is outside. @param {import("./map_mvt.js").Shape} shape */
  bare(shape) {
    return !this.facts || classOf(this.facts, shape) ? "plain" : undefined;
  }

  isByTownship() {
    return this.places.townships.size > 1 && typicalSize(this.map, this.places.villages.values()) < SMALLEST_VILLAGE;
  }

  /** Outlines a place, or none. @param {string} code */
  choose(code) {
    this.chosen = code;
    this.tiles.repaint();
  }

  /** Looks at a place, or at the whole area. @param {string} code */
  lookAt(code) {
    this.map.fitBounds(this.boundsOf(code), { padding: [24, 24], maxZoom: CLOSEST_LOOK });
  }

  /** @param {string} code */
  boundsOf(code) {
    const place = this.places.villages.get(code) ?? this.places.townships.get(code);
    return place ? boundsOf(this.L, place.box) : this.whole;
  }

  view() {
    return viewOf(this.map);
  }

  /** @param {number} lat @param {number} lon @param {number} metres @returns {string} what to tell */
  showPosition(lat, lon, metres) {
    return showPosition(this, { lat, lon, metres });
  }

  /** @param {boolean} isFree */
  setFree = (isFree) => setFree(this.L, this.map, isFree);

  /** Moves the map as little as brings a place into what is seen of it. @param {string} code @param {number} hidden pixels below */
  reveal(code, hidden) {
    const place = this.places.villages.get(code);
    this.map.invalidateSize({ animate: false });
    if (place) this.map.panInside(place.at, { paddingTopLeft: [60, 60], paddingBottomRight: [60, 60 + hidden] });
  }

  /** What is under a point: its name, what the facts say, and the village it belongs to. @param {import("leaflet").LatLng} at */
  placeAt(at) {
    const squares = [...this.tiles.squares.values()];
    const grid = this.filled() === "grids" ? placeAt(squares, this.map, at, "grids") : undefined;
    const shape = grid ?? placeAt(squares, this.map, at, "villages");
    if (!shape) return undefined;
    const village = this.places.villages.get(grid ? grid.parent : shape.code);
    const township = this.places.townships.get(village?.parent ?? "");
    const name = [township?.name, village?.name, grid?.name].filter(Boolean).join(" ");
    const square = this.squares.sentenceAt(at);
    const line = square ? square : this.facts?.lines?.[shape.code] ?? (this.facts && this.filled() ? (classOf(this.facts, shape)?.word ?? "") : "");
    return { code: village?.code ?? shape.code, name, line };
  }

  /** What a mark says. @param {import("./map_marks.js").Mark} mark */
  told(mark) {
    return this.facts ? wordsOf(mark, this.marks()) : "";
  }
}
