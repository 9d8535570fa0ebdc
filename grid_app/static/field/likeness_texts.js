// @ts-check
/** What two sentences say when nothing else is known: the same names, and the same matter; the same as `screening/likeness_texts.py`. */

import { evenLetters, nameSpots, withoutMarks } from "./likeness_names.js";
import { COMMON, KINDS } from "./likeness_words.js";

const RAW_LETTERS = 100;
const HEAD_LETTERS = 80;
const NAME_LETTERS = 50;
const KIND_WEIGHT = 4;
const FEWEST = 3;
const LEAST_ALIKE = 0.08;
const HALF_A_NAME = 0.4;
const BESIDE = 2;
const LEAST_NAMES = 0.25;
const NAMES_TO_WORDS = 0.8;
const COPIED = 0.6;
const GROUP = /[0-9十]+组/g;

/** @typedef {{letters: string, end: number, pairs: Set<string>, isArea: boolean}} Spot */
/** @typedef {{even: string, known: boolean[], pairs: Set<string>, words: Set<string>, kinds: Set<number>, groups: Set<string>, spots: Spot[]}} Reading */
/** @typedef {{names: number | null, words: number | null, isNamedOnce: boolean, isElsewhere: boolean, isOtherGroup: boolean}} Wording */

const KIND_WORDS = KINDS.flatMap((words, kind) => words.split("|").map((word) => /** @type {const} */ ([word, kind])));
const KINDS_OF = new Map([...new Set([...COMMON.split("|"), ...KIND_WORDS.map(([word]) => word)])]
  .sort((one, other) => other.length - one.length)
  .map((word) => [word, KIND_WORDS.filter(([part]) => word.includes(part)).map(([, kind]) => kind)]));
const KNOWN = new RegExp([...KINDS_OF.keys(), " +"].join("|"), "g");

/** @template T @param {Iterable<T>} some @param {Set<T>} others */
function shared(some, others) {
  return new Set([...some].filter((one) => others.has(one)));
}


/** @template T @param {Set<T>} some @param {Set<T>} others */
function countShared(some, others) {
  let count = 0;
  for (const one of some) if (others.has(one)) count += 1;
  return count;
}

/** What is compared of a text. @param {string} text @returns {Reading} */
export function read(text) {
  const even = evenLetters([...text.slice(0, 2 * RAW_LETTERS)].slice(0, RAW_LETTERS).join("")).slice(0, HEAD_LETTERS);
  const plain = withoutMarks(even);
  const row = [...plain.slice(1)].map((other, at) => (plain[at] < other ? plain[at] + other : other + plain[at]));
  const common = Array(plain.length).fill(false);
  const known = Array(plain.length).fill(false);
  /** @type {Set<number>} */
  const kinds = new Set();
  for (const { 0: word, index } of plain.matchAll(KNOWN)) {
    const found = KINDS_OF.get(word) ?? [];
    known.fill(true, index, index + word.length);
    if (!found.length) common.fill(true, index, index + word.length);
    for (const kind of found) kinds.add(kind);
  }
  /** @type {Spot[] | undefined} */
  let spots;
  const words = new Set(row.filter((_, at) => !common[at] && !common[at + 1]));
  return { even, known, pairs: new Set(row), words, kinds, groups: new Set(even.match(GROUP) ?? []), get spots() {
    return (spots ??= spotsIn(even, row, known)); // most texts differ already in what they say
  } };
}

/** @param {string} even @param {string[]} row @param {boolean[]} known @returns {Spot[]} */
function spotsIn(even, row, known) {
  return nameSpots(even.slice(0, NAME_LETTERS)).flatMap(([begin, end]) => {
    const letters = even.slice(begin, end);
    const pairs = new Set(row.slice(begin, end - 1).filter((_, at) => !known[begin + at] && !known[begin + at + 1]));
    if (!pairs.size || /^[0-9十]+组$/.test(letters)) return [];
    const isArea = /[村镇乡]$/.test(letters) && !letters.endsWith("新村");
    return [{ letters, end, pairs, isArea: isArea || /^(社区|街道)/.test(even.slice(end)) }];
  });
}

/** Whether two texts share next to nothing, names or words. @param {Reading} one @param {Reading} other */
export function sayDifferentThings(one, other) {
  const alike = cosine(one, other, one.words, other.words);
  return alike !== null && alike < LEAST_ALIKE;
}

/** @param {Reading} one @param {Reading} other @returns {Wording} */
export function wording(one, other) {
  const own = namesOf(one, other);
  const others = namesOf(other, one);
  const shares = [own, others].filter(({ names }) => names.size).map(({ names, found }) => found.size / names.size);
  const words = wordsOf(one, other);
  const alike = words ?? 0;
  let isElsewhere = false;
  /** @type {number | null} */
  let names = null;
  if (shares.length === 2) {
    names = Math.sqrt(shares[0] * shares[1]);
    isElsewhere = names < Math.max(LEAST_NAMES, NAMES_TO_WORDS * alike);
  } else if (shares.length) {
    names = shares[0] > HALF_A_NAME ? shares[0] : null;
    const [telling, silent] = own.names.size ? [one, other] : [other, one];
    isElsewhere = names === null && alike >= COPIED && putsAnother(silent, telling);
  }
  const isOtherGroup = one.groups.size > 0 && other.groups.size > 0 && !countShared(one.groups, other.groups);
  return { names, words, isNamedOnce: shares.length === 1 && names === null && words !== null, isElsewhere, isOtherGroup };
}

/** The pairs of one text's names, and those that the other text has; a village that both name says nothing. @param {Reading} one @param {Reading} other */
function namesOf(one, other) {
  const names = new Set();
  const found = new Set();
  for (const spot of one.spots) {
    const both = shared(spot.pairs, other.pairs);
    if (spot.isArea && both.size === spot.pairs.size) continue;
    for (const pair of spot.pairs) names.add(pair);
    const isSwapped = both.size > 0 && both.size < spot.pairs.size && hasLetters(other.even, spot.letters);
    for (const pair of isSwapped ? spot.pairs : both) found.add(pair);
  }
  return { names, found };
}

/** Whether a text holds the letters of a name beside each other, in any order. @param {string} text @param {string} name */
function hasLetters(text, name) {
  const sorted = (/** @type {string} */ letters) => [...letters].sort().join("");
  const wanted = sorted(name);
  for (let at = 0; at + name.length <= text.length; at += 1) if (sorted(text.slice(at, at + name.length)) === wanted) return true;
  return false;
}

/** Whether a copied sentence has something else where the other text has its name. @param {Reading} silent @param {Reading} telling */
function putsAnother(silent, telling) {
  return telling.spots.some((spot) => {
    let { end } = spot;
    while (end < telling.even.length && telling.known[end]) end += 1;
    const beside = telling.even.slice(end, end + BESIDE);
    const at = beside.length === BESIDE ? silent.even.indexOf(beside) - 1 : -1;
    return at >= 0 && !silent.known[at];
  });
}

/** @param {Reading} one @param {Reading} other */
function wordsOf(one, other) {
  const names = new Set([one, other].flatMap(({ spots }) => spots.flatMap(({ pairs }) => [...pairs])));
  const [left, right] = [one, other].map(({ words }) => new Set([...words].filter((pair) => !names.has(pair))));
  return cosine(one, other, left, right);
}

/** @param {Reading} one @param {Reading} other @param {Set<string>} left @param {Set<string>} right */
function cosine(one, other, left, right) {
  const sizes = [left.size + KIND_WEIGHT * one.kinds.size, right.size + KIND_WEIGHT * other.kinds.size];
  if (Math.min(...sizes) < FEWEST) return null;
  return (countShared(left, right) + KIND_WEIGHT * countShared(one.kinds, other.kinds)) / Math.sqrt(sizes[0] * sizes[1]);
}
