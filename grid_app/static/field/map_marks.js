// @ts-check
/** What stands on the map: reports that still wait on the phone, own ones, and open matters near by; each told from the others by its form and its sign. */

import { toPlane } from "./borders.js";
import { toPicture } from "./map_view.js";
import { dayWords, stateWords, timeWords } from "./words.js";

/** @typedef {import("./report_types.js").Bundle} Bundle */
/** @typedef {import("./report_types.js").Tile} Tile */
/** @typedef {import("./report_types.js").Values} Values */
/** @typedef {import("./rows.js").ReportRow} ReportRow */
/** @typedef {"unsent" | "own" | "near"} MarkKind */
/**
 * @typedef {object} Mark
 * @property {string} id
 * @property {MarkKind} kind
 * @property {string} sign what stands in it, and before its line in the list; "" of one without a point
 * @property {string} category its word
 * @property {string} excerpt
 * @property {string} since
 * @property {string} state
 * @property {string} place
 * @property {boolean} isOpen
 * @property {boolean} isKept whether the phone holds the report itself
 * @property {[number, number] | null} at on the plane
 */
/** @typedef {{left: number, top: number, marks: Mark[]}} Group marks that lie too close to be told apart */

export const KIND_WORDS = { unsent: "未发送", own: "本人上报", near: "附近未办结" };
const CLOSED = "已办结";
const OTHERS = "其他";

/** The tile of a category, or of its group. @param {string} category @param {Tile[]} tiles */
export function categoryWord(category, tiles) {
  const found = tiles.find(({ code }) => code === category) ?? tiles.find(({ code }) => code.slice(0, 2) === category.slice(0, 2));
  return found?.label ?? OTHERS;
}

/** @param {number | null | undefined} lon @param {number | null | undefined} lat @returns {[number, number] | null} */
function planeOf(lon, lat) {
  return typeof lon === "number" && typeof lat === "number" ? toPlane(lon, lat) : null;
}

/**
 * Every mark: what waits first, then own reports, then what is near by; those of the phone are not told twice.
 * @param {Bundle | null} bundle @param {{row: ReportRow, values: Values}[]} kept reports on this phone, the newest first
 * @param {(code: string) => string} villageName
 * @returns {Mark[]}
 */
export function marksOf(bundle, kept, villageName) {
  const tiles = bundle?.tiles ?? [];
  const held = new Map(kept.map((one) => [one.row.id, one]));
  const unsent = kept.filter(({ row }) => row.state !== "received");
  const waiting = new Set(unsent.map(({ row }) => row.id));
  const own = (bundle?.own_reports ?? []).filter(({ id }) => !waiting.has(id));
  const told = new Set([...waiting, ...own.map(({ id }) => id)]);
  const near = (bundle?.nearby ?? []).filter(({ id }) => !told.has(id));
  const open = new Map((bundle?.nearby ?? []).map((one) => [one.id, one]));

  const marks = [
    ...unsent.map(({ row, values }) => ({
      id: row.id, kind: "unsent", category: values.category ? categoryWord(values.category, tiles) : "还没有选", excerpt: values.summary || "(还没有写,或只有录音)",
      since: `${timeWords(row.created_at)}写`, state: stateWords(row).word, place: villageName(values.village_code ?? ""), isOpen: true, isKept: true, at: planeOf(values.lon, values.lat),
    })),
    ...own.map((one) => {
      const point = [one, open.get(one.id), held.get(one.id)?.values].find((found) => typeof found?.lon === "number");
      return {
        id: one.id, kind: "own", category: categoryWord(one.category ?? "", tiles), excerpt: one.excerpt || one.case_code, since: `${timeWords(one.received_at)}上报`,
        state: one.state_word, place: one.place, isOpen: one.state_word !== CLOSED, isKept: held.has(one.id), at: planeOf(point?.lon, point?.lat),
      };
    }),
    ...near.map((one) => ({
      id: one.id, kind: "near", category: categoryWord(one.category, tiles), excerpt: one.excerpt, since: `${dayWords(one.since)}登记`,
      state: "还没有办结", place: villageName(one.village_code), isOpen: true, isKept: false, at: planeOf(one.lon, one.lat),
    })),
  ];
  return signed(/** @type {Mark[]} */ (marks));
}

/** Number what has a point, in the order of the list; what waits says so. @param {Mark[]} marks */
function signed(marks) {
  let [number, waiting] = [0, 0];
  return marks.map((one) => ({ ...one, sign: one.at === null ? "" : one.kind === "unsent" ? `未${(waiting += 1)}` : String((number += 1)) }));
}

/** Marks of the picture; those closer than `reach` pixels stand as one. @param {Mark[]} marks @param {import("./map_view.js").View} view @param {number} reach @returns {Group[]} */
export function groupsOf(marks, view, reach) {
  /** @type {Group[]} */
  const groups = [];
  for (const mark of marks) {
    if (!mark.at) continue;
    const [left, top] = toPicture(view, mark.at[0], mark.at[1]);
    if (left < -reach || top < -reach || left > view.width + reach || top > view.height + reach) continue;
    const near = groups.find((one) => Math.hypot(one.left - left, one.top - top) < reach);
    if (near) near.marks.push(mark);
    else groups.push({ left, top, marks: [mark] });
  }
  return groups;
}

/** The group under a finger: the nearest within `reach` pixels, or `null`. @param {Group[]} groups @param {number} left @param {number} top @param {number} reach @returns {Group | null} */
export function groupAt(groups, left, top, reach) {
  const away = (/** @type {Group} */ one) => Math.hypot(one.left - left, one.top - top);
  const nearest = groups.reduce((/** @type {Group | null} */ best, one) => (best && away(best) <= away(one) ? best : one), null);
  return nearest && away(nearest) <= reach ? nearest : null;
}

/** How many of each kind, for the legend. @param {Mark[]} marks @returns {[MarkKind, number][]} */
export function countsOf(marks) {
  return /** @type {MarkKind[]} */ (["unsent", "own", "near"]).map((kind) => [kind, marks.filter((one) => one.kind === kind).length]);
}
