// @ts-check
/** Lists and counts out of the phone's index of reports, without reading a row or a photo. */

/** @typedef {import("./rows.js").State} State */
/**
 * @typedef {object} Tally
 * @property {number} waiting
 * @property {number} attention
 * @property {number} draft
 * @property {number} received
 * @property {string | null} oldest when the oldest that waits was written
 * @property {number} attachments photos and voices that wait
 * @property {number} gaps reports with a receipt that the office has not, or otherwise
 * @property {number} others reports of other accounts that are not received
 */

export const BY_STATE = "owner_state";
/** Holds only the rows that have a note. */
export const BY_NOTE = "owner_note";
const STATES = /** @type {const} */ (["waiting", "attention", "draft", "received"]);

/** Everything that begins with these parts. @param {...string} parts */
const under = (...parts) => IDBKeyRange.bound(parts, [...parts, []]);

/** Ids of one owner's reports in one state, the newest first. @param {any} reports @param {string} owner @param {State} state @returns {Promise<string[]>} */
export async function idsIn(reports, owner, state) {
  return (await reports.index(BY_STATE).getAllKeys(under(owner, state))).reverse();
}

/** @param {any} reports @param {string} owner @param {State} state */
export function rowsIn(reports, owner, state) {
  return reports.index(BY_STATE).getAll(under(owner, state));
}

/** The rows that comparing with the office has something to tell of. @param {any} reports @param {string} owner */
export function notedIn(reports, owner) {
  return reports.index(BY_NOTE).getAll(under(owner));
}

/** @param {any} reports @param {string} owner @returns {Promise<number>} */
async function gapsIn(reports, owner) {
  const counts = await Promise.all(["missing", "differs"].map((note) => reports.index(BY_NOTE).count(IDBKeyRange.only([owner, note]))));
  return counts[0] + counts[1];
}

/** @param {any} reports @param {string} owner @returns {Promise<Record<State, number>>} */
async function countsOf(reports, owner) {
  const counts = await Promise.all(STATES.map((state) => reports.index(BY_STATE).count(under(owner, state))));
  return /** @type {any} */ (Object.fromEntries(STATES.map((state, at) => [state, counts[at]])));
}

/** Every account that wrote on this phone, by jumping from one to the next. @param {any} reports */
async function ownersIn(reports) {
  const owners = [];
  for (let at = await reports.index(BY_STATE).openKeyCursor(); at; at = await at.continue([at.key[0], []])) owners.push(String(at.key[0]));
  return owners;
}

/** How many of one owner's attachments wait. @param {any} tx @param {string} owner @param {boolean} isAlone whether nobody else wrote on this phone */
async function attachmentsIn(tx, owner, isAlone) {
  const index = tx.objectStore("blobs").index("state");
  if (isAlone) return index.count(under("waiting"));
  const ids = await Promise.all(STATES.map((state) => idsIn(tx.objectStore("reports"), owner, state)));
  const counts = await Promise.all(ids.flat().map((id) => index.count(IDBKeyRange.only(["waiting", id]))));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** What one owner's phone holds, counted. @param {any} tx @param {string} owner @returns {Promise<Tally>} */
export async function tallyIn(tx, owner) {
  const reports = tx.objectStore("reports");
  const [counts, gaps, first, owners] = await Promise.all([
    countsOf(reports, owner),
    gapsIn(reports, owner),
    reports.index(BY_STATE).openKeyCursor(under(owner, "waiting")),
    ownersIn(reports),
  ]);
  const theirs = await Promise.all(owners.filter((one) => one !== owner).map((one) => countsOf(reports, one)));
  return {
    ...counts,
    gaps,
    oldest: first ? String(first.key[2]) : null,
    attachments: await attachmentsIn(tx, owner, theirs.length === 0),
    others: theirs.reduce((sum, one) => sum + one.waiting + one.attention + one.draft, 0),
  };
}
