// @ts-check
/** Numbered marks: how many, how serious, and where; a village's sum stands in the village, never a single place. */

/** @typedef {typeof import("leaflet")} Leaflet */
/** @typedef {import("./map_shapes.js").Shapes} Shapes */
/** @typedef {import("./map_shapes.js").Place} Place */
/** @typedef {{key: string, sign: string, word: string}} Kind */
/** @typedef {"small" | "few" | "some" | "many"} Size */
/** @typedef {{unit: string, kinds: Kind[], values: Record<string, number[]>, points: [number, number, string][]}} Marks */
/** @typedef {{code: string, name: string, at: Place, counts: number[], township: string, isTownship: boolean}} Mark */

/**
 * The marks of a layer, one per village, or one per township when villages are drawn too small to tell apart.
 * @param {Shapes} shapes
 * @param {Marks} marks
 * @param {boolean} byTownship
 * @returns {Mark[]}
 */
export function marksOf(shapes, marks, byTownship) {
  /** @type {Map<string, Mark>} */
  const found = new Map();
  const villages = new Map(shapes.villages.map((village) => [village.code, village]));
  for (const [code, counts] of Object.entries(marks.values)) {
    const village = villages.get(code);
    const township = shapes.townships.get(village ? village.township : code);
    const place = byTownship || !village ? township : village;
    if (!place) continue;
    const isTownship = place === township;
    const fresh = { code: place.code, name: place.name, at: place.label, counts: counts.map(() => 0) };
    const mark = found.get(place.code) ?? { ...fresh, township: township?.code ?? "", isTownship };
    mark.counts = mark.counts.map((count, index) => count + counts[index]);
    found.set(place.code, mark);
  }
  return [...found.values()].filter((mark) => total(mark) > 0);
}

/** @param {Mark} mark */
export function total(mark) {
  return mark.counts.reduce((sum, count) => sum + count, 0);
}

/**
 * The size class of a mark: few, some, many; a class, so that no circle shouts. Small where marks would cover each
 * other: one size, and the most serious kind only.
 * @param {number} count @param {boolean} isSmall
 * @returns {Size}
 */
export function sizeOf(count, isSmall) {
  if (isSmall) return "small";
  return count < 5 ? "few" : count < 20 ? "some" : "many";
}

/** Half the width of a mark, in pixels; see map_frame.css. */
export const HALF_WIDTH = { small: 14, few: 17, some: 21, many: 26 };

/**
 * What a mark says in words.
 * @param {Mark} mark @param {Marks} marks
 */
export function wordsOf(mark, marks) {
  const parts = marks.kinds.map((kind, index) => [kind, mark.counts[index]]).filter(([, count]) => count);
  const told = parts.map(([kind, count]) => `${/** @type {Kind} */ (kind).word} ${count}`).join("、");
  return marks.kinds.length > 1 ? `共 ${total(mark)} ${marks.unit}:${told}` : `${marks.kinds[0].word} ${total(mark)} ${marks.unit}`;
}

/**
 * Makes one mark: the most serious kind with its sign and number, below it the sum when there are others.
 * @param {Leaflet} L @param {Mark} mark @param {Marks} marks
 * @param {boolean} isSmall
 */
export function markerOf(L, mark, marks, isSmall) {
  const top = marks.kinds.findIndex((_, index) => mark.counts[index] > 0);
  const kind = marks.kinds[top];
  const face = document.createElement("span");
  face.className = "mark-face";
  const first = document.createElement("b");
  first.dataset.shown = `${kind.sign}${mark.counts[top]}`; // drawn by the sheet: the mark's own name says it in words
  face.append(first);
  if (!isSmall && total(mark) > mark.counts[top]) {
    const rest = document.createElement("small");
    rest.dataset.shown = `共${total(mark)}`;
    face.append(rest);
  }
  const icon = L.divIcon({ html: face, className: `mark mark-${kind.key} mark-${sizeOf(total(mark), isSmall)}`, iconSize: undefined });
  return named(L.marker(mark.at, { icon, riseOnHover: true }), `${mark.name}:${wordsOf(mark, marks)}`);
}

/**
 * A room or other thing at a place that everybody may know.
 * @param {Leaflet} L @param {[number, number, string]} point @param {Kind} kind
 */
export function pointOf(L, [lon, lat, name], kind) {
  const icon = L.divIcon({ html: kind.sign, className: `mark mark-point mark-${kind.key}`, iconSize: undefined });
  return named(L.marker([lat, lon], { icon }), name);
}

/**
 * Gives a mark its name in words, for pointers and for screen readers.
 * @param {import("leaflet").Marker} marker @param {string} name
 */
function named(marker, name) {
  marker.options.title = name;
  return marker.on("add", () => marker.getElement()?.setAttribute("aria-label", name));
}
