// @ts-check
/** Numbered marks: how many, how serious, and where; a village's sum stands in the village, never a single place. */

/** @typedef {{key: string, sign: string, word: string}} Kind */
/** @typedef {"small" | "few" | "some" | "many"} Size */
/** @typedef {number | string} Count as people may see it: a number, or "<5" */
/** @typedef {{name: string, at: import("leaflet").LatLng, parent: string}} Place */
/**
 * `values` are the counts of each kind by code, of villages and of what stands at a township itself; `townships` the
 * same for whole townships, needed where small counts are not told.
 * @typedef {{
 *   unit: string, kinds: Kind[], values: Record<string, Count[]>, townships?: Record<string, Count[]>,
 *   points: [number, number, string, string?][],
 * }} Marks
 */
/** @typedef {{code: string, name: string, at: import("leaflet").LatLng, counts: Count[], isTownship: boolean}} Mark */

const SOME = 5;
const MANY = 20;
/** Half the width of a mark, in pixels. */
export const HALF_WIDTH = { small: 15, few: 17, some: 21, many: 26 };

/**
 * The marks to draw: one per village, or one per township when villages are drawn too small to tell apart.
 * @param {Marks} marks
 * @param {{townships: Map<string, Place>, villages: Map<string, Place>}} places
 * @param {boolean} byTownship
 * @returns {Mark[]}
 */
export function marksOf(marks, { townships, villages }, byTownship) {
  const values = byTownship ? (marks.townships ?? summed(marks.values, villages)) : marks.values;
  return Object.entries(values).flatMap(([code, counts]) => {
    const place = villages.get(code) ?? townships.get(code);
    if (!place || counts.every((count) => count === 0)) return [];
    return [{ code, name: place.name, at: place.at, counts, isTownship: !villages.has(code) }];
  });
}

/** @param {Record<string, Count[]>} values @param {Map<string, Place>} villages */
function summed(values, villages) {
  /** @type {Record<string, Count[]>} */
  const sums = {};
  for (const [code, counts] of Object.entries(values)) {
    const township = villages.get(code)?.parent ?? code;
    const sum = sums[township] ?? counts.map(() => 0);
    sums[township] = sum.map((count, at) => Number(count) + Number(counts[at]));
  }
  return sums;
}

/**
 * The sum of a mark; with a count that is not told, what it is at least.
 * @param {Mark} mark @returns {Count}
 */
export function total(mark) {
  const known = mark.counts.filter((count) => typeof count === "number").reduce((sum, count) => sum + Number(count), 0);
  const hidden = mark.counts.filter((count) => typeof count === "string");
  if (!hidden.length) return known;
  return known === 0 && hidden.length === 1 ? hidden[0] : `${known + hidden.length}+`;
}

/**
 * The size class of a mark: few, some, many; a class, so that no circle shouts. Small where marks would cover each
 * other: one size, and the most serious kind only.
 * @param {Count} count @param {boolean} isSmall
 * @returns {Size}
 */
export function sizeOf(count, isSmall) {
  if (isSmall) return "small";
  const number = typeof count === "number" ? count : Number.parseInt(count, 10) || 1;
  return number < SOME ? "few" : number < MANY ? "some" : "many";
}

/**
 * What a mark says in words.
 * @param {Mark} mark @param {Marks} marks
 */
export function wordsOf(mark, marks) {
  const told = marks.kinds.flatMap((kind, at) => (mark.counts[at] === 0 ? [] : [`${kind.word} ${mark.counts[at]}`]));
  if (marks.kinds.length === 1) return `${told[0]} ${marks.unit}`;
  return `共 ${total(mark)} ${marks.unit}:${told.join("、")}`;
}

/**
 * What stands in a mark: the most serious kind with its sign and number, below it the sum when there are others.
 * @param {Mark} mark @param {Marks} marks @param {boolean} isSmall
 */
export function faceOf(mark, marks, isSmall) {
  const top = mark.counts.findIndex((count) => count !== 0);
  const others = mark.counts.some((count, at) => at > top && count !== 0);
  const kind = marks.kinds[top];
  return { key: kind.key, first: `${kind.sign}${mark.counts[top]}`, second: !isSmall && others ? `共${total(mark)}` : "" };
}
