// @ts-check
/** Where in a sentence a place or an organisation is probably named; the same as `screening/grievances/names.py`. */

import { GENERAL, KIND_ENDS, NO_NAME, PART_ENDS } from "./likeness_words.js";

const AFTER_DISTRICT = 6;
const LONGEST_STEM = 6;
const MARK = /[^\p{L}\p{N}]/gu;
const QUOTED = /[“"「《巜‘]([^“”"「」《》‘’\n]{2,12})[”"」》’]/g;
const ENDING = new RegExp(`(?<kind>${KIND_ENDS})|${PART_ENDS}`, "g");
const NOT_IN_NAMES = new RegExp(`${GENERAL}|${NO_NAME}`, "g");
const DISTRICT = /[a-z]\d{0,3}[市区县州]|[\u4e00-\u9fff]{2}(?:[市县旗](?!场)|省|街道|镇|乡)/y;
const SHORT_DISTRICT = /[\u4e00-\u9fff](?![小社校园景辖片库城地市郊])[\u4e00-\u9fff]区/y;
const NO_DISTRICT = "小社校园景辖片库城地市郊";
const ADDRESS = /https?:\/\/[\p{L}\p{N}_./?=&%-]*|\[[^[\]\s]{1,6}\]|尊敬的[^,:。!?\s]{1,12}[,:。!\s]|(?:您|你)们?好/gu;
const NUMERALS = "一二三四五六七八九";

/** As many blanks as a word has letters. @param {string} found */
const blanks = (found) => " ".repeat(found.length);

/** A text with a blank for every mark. @param {string} text */
export function withoutMarks(text) {
  return text.replace(MARK, " ");
}

/** A text in one width and case, Chinese numerals as digits, without greetings; a sign beyond two bytes is a mark. @param {string} text */
export function evenLetters(text) {
  const even = text.trim().normalize("NFKC").toLowerCase().replace(/[\u{10000}-\u{10ffff}]/gu, "□");
  return even.replace(ADDRESS, " ").replace(/[一二三四五六七八九]/g, (numeral) => String(NUMERALS.indexOf(numeral) + 1)).trim();
}

/** Begin and end of every stretch that may be a name; they may overlap. @param {string} text @returns {[number, number][]} */
export function nameSpots(text) {
  const quoted = [...text.matchAll(QUOTED)].map(({ index, 1: name }) => /** @type {[number, number]} */ ([index + 1, index + 1 + name.length]));
  const words = withoutMarks(text).replace(NOT_IN_NAMES, blanks);
  const named = [...words.matchAll(/\S{2,}/g)].flatMap(({ index, 0: run }) => spotsOf(run).map(([begin, end]) => /** @type {[number, number]} */ ([index + begin, index + end])));
  return [...quoted, ...named];
}

/** @param {string} run @returns {[number, number][]} */
function spotsOf(run) {
  const districts = districtEnds(run);
  const endings = [...run.matchAll(ENDING)].map((found) => ({ start: found.index, end: found.index + found[0].length, isKind: found.groups?.kind !== undefined }));
  /** @type {[number, number][]} */
  const spots = [];
  for (const begin of districts) {
    const kind = endings.find((one) => one.start >= begin && one.isKind);
    const end = Math.min(run.length, begin + AFTER_DISTRICT, kind?.start ?? run.length);
    if (end > begin) spots.push([begin, end]);
  }
  let afterLast = 0;
  for (const found of endings) {
    const begin = Math.max(afterLast, found.start - LONGEST_STEM, ...districts.filter((at) => at <= found.start));
    const end = found.isKind ? found.start : found.end;
    if (end > begin + 1) spots.push([begin, end]);
    afterLast = found.end;
  }
  return spots;
}

/** Where the names of districts end. No look-behind in the expressions: older browsers refuse the whole module for it. @param {string} run */
function districtEnds(run) {
  const ends = [];
  for (let at = 0; at < run.length; at += 1) {
    const end = endOf(DISTRICT, run, at) ?? (at > 0 && NO_DISTRICT.includes(run[at - 1]) ? undefined : endOf(SHORT_DISTRICT, run, at));
    if (end === undefined) continue;
    ends.push(end);
    at = end - 1;
  }
  return ends;
}

/** @param {RegExp} sticky @param {string} text @param {number} at */
function endOf(sticky, text, at) {
  sticky.lastIndex = at;
  const found = sticky.exec(text);
  return found ? at + found[0].length : undefined;
}
