// @ts-check
/**
 * How likely two reports tell of one matter, without a network; a person decides. The same as `screening/likeness.py`:
 * tests hold both to one table of pairs. Who reported is never looked at.
 */

import { read, sayDifferentThings, wording } from "./likeness_texts.js";

const WINDOW_DAYS = 90;
const SAME_MATTER = 0.75;
const RELATED = 0.55;
const MATTER = 0.65;
const HALF_WORDS = 0.15;
const SAME_VILLAGE = 0.5;
const FAR = 0.2;
const FAR_NAMED = 0.5;
const NAMED_ONCE = 0.6;
const WORDLESS = 0.4;
const OTHER_KIND = 0.5;
const JUST_BELOW = 0.01;
const NEAR_TOWN_METRES = 200;
const NEAR_COUNTRY_METRES = 500;
const MIXED = "99";
const DAY = 86_400_000;
const EARTH_METRES = 6_371_008.8;
const MOST_KEPT = 600;
const SAME_NAME = 0.75;
const OTHER_NAME = 0.34;
const LEGAL_FORM = /(?:有限责任公司|股份有限公司|集团有限公司|有限公司|集团公司|总公司|分公司|公司|集团)$/;

/** @typedef {import("./likeness_texts.js").Reading} Reading */
/** @typedef {{category: string, village_code: string, lon: number | null, lat: number | null, organisation: string, since: string, text: string}} Matter */
/** @typedef {{score: number, verdict: "same_matter" | "related" | "unrelated"}} Likeness */

/** @type {Likeness} */
const UNRELATED = { score: 0, verdict: "unrelated" };

/** @type {Map<string, Reading>} */
const readings = new Map();

/** Read a text once: the matters near by are compared again with every word that is typed. @param {string} text */
function kept(text) {
  const known = readings.get(text) ?? read(text);
  if (readings.size > MOST_KEPT) readings.clear();
  readings.set(text, known);
  return known;
}

/** @param {Matter} one @param {Matter} other @returns {Likeness} */
export function likeness(one, other) {
  if (!isComparable(one, other)) return UNRELATED;
  const [left, right] = [kept(one.text), kept(other.text)];
  if (sayDifferentThings(left, right)) return UNRELATED;
  const told = wording(left, right);
  const organisation = organisationPart(one, left, other, right);
  if (told.isElsewhere || organisation === 0) return UNRELATED;
  const score = scoreOf(one, other, told, organisation);
  const capped = told.words === null || told.isOtherGroup ? Math.min(score, SAME_MATTER - JUST_BELOW) : score;
  return { score: capped, verdict: capped >= SAME_MATTER ? "same_matter" : capped >= RELATED ? "related" : "unrelated" };
}

/** @param {Matter} one @param {Matter} other */
function isComparable(one, other) {
  const days = Math.abs(Date.parse(one.since) - Date.parse(other.since)) / DAY;
  const isOneVillage = one.village_code.slice(0, 12) === other.village_code.slice(0, 12);
  return one.category.slice(0, 2) === other.category.slice(0, 2) && days <= WINDOW_DAYS && isOneVillage;
}

/** @param {Matter} one @param {Matter} other @param {import("./likeness_texts.js").Wording} told @param {number | null} organisation */
function scoreOf(one, other, told, organisation) {
  const place = placePart(one, other);
  const named = [told.names, organisation].filter((part) => part !== null);
  const where = named.length ? Math.max(...named) * (place === FAR ? FAR_NAMED : 1) : place * (told.isNamedOnce ? NAMED_ONCE : 1);
  if (told.words === null) return WORDLESS * where + WORDLESS * sameKind(one, other);
  const what = ((1 + HALF_WORDS) * told.words) / (told.words + HALF_WORDS);
  return where ** (1 - MATTER) * what ** MATTER;
}

/** @param {Matter} one @param {Matter} other */
function sameKind(one, other) {
  if (one.category.slice(0, 2) === MIXED) return 0;
  return one.category === other.category ? 1 : OTHER_KIND;
}

/** @param {Matter} one @param {Matter} other */
function placePart(one, other) {
  if (one.lon === null || one.lat === null || other.lon === null || other.lat === null) return SAME_VILLAGE;
  const isTown = /^0(0[1-9]|[1-9]\d)$/.test(one.village_code.slice(6, 9));
  return metresApart(one.lon, one.lat, other.lon, other.lat) <= (isTown ? NEAR_TOWN_METRES : NEAR_COUNTRY_METRES) ? 1 : FAR;
}

/** Metres along the globe. @param {number} lon @param {number} lat @param {number} lon2 @param {number} lat2 */
export function metresApart(lon, lat, lon2, lat2) {
  const turn = Math.PI / 180;
  const across = Math.sin(((lon2 - lon) * turn) / 2);
  const up = Math.sin(((lat2 - lat) * turn) / 2);
  const half = up * up + Math.cos(lat * turn) * Math.cos(lat2 * turn) * across * across;
  return 2 * EARTH_METRES * Math.asin(Math.sqrt(Math.min(1, half)));
}

/** @param {Matter} one @param {Reading} left @param {Matter} other @param {Reading} right */
function organisationPart(one, left, other, right) {
  if (one.organisation && other.organisation) return sameOrganisation(one.organisation, other.organisation);
  const pairs = pairsOf(stemOf(one.organisation || other.organisation));
  const text = one.organisation ? right : left;
  return pairs.length && pairs.every((pair) => text.pairs.has(pair)) ? 1 : null;
}

/** 1 for names of one organisation, 0 for two, null when they do not tell. @param {string} one @param {string} other */
export function sameOrganisation(one, other) {
  const [short, long] = [stemOf(one), stemOf(other)].sort((left, right) => left.length - right.length || (left < right ? -1 : 1));
  if (!short) return null;
  if (short === long) return 1;
  const pairs = [...new Set(pairsOf(short))];
  if (!pairs.length) return 0;
  const others = pairsOf(long);
  const share = pairs.filter((pair) => others.includes(pair)).length / pairs.length;
  return share >= SAME_NAME ? 1 : share < OTHER_NAME ? 0 : null;
}

/** A name in one width and case, without marks and the legal form at its end. @param {string} name */
function stemOf(name) {
  const letters = name.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");
  return letters.replace(LEGAL_FORM, "") || letters;
}

/** @param {string} stem */
function pairsOf(stem) {
  return [...stem.slice(1)].map((other, at) => (stem[at] < other ? stem[at] + other : other + stem[at]));
}
