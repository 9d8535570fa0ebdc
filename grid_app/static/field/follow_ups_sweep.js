// @ts-check
/** What the phone may keep of follow-ups: names and numbers no longer than somebody has to be asked. */

/** @typedef {import("./vault.js").Sealed} Sealed */
/** @typedef {{label: string, name: string, phone: string}} Contact */
/**
 * @typedef {object} FollowUp
 * @property {string} id
 * @property {string} dispute_id
 * @property {string} case_code
 * @property {number} day 1, 3, 7 or 30 after the end
 * @property {string} due_on YYYY-MM-DD
 * @property {boolean} overdue
 * @property {string} place
 * @property {string} house_hint
 * @property {string} category
 * @property {string} excerpt
 */
/** @typedef {FollowUp & {contacts: Contact[]}} Given as the office gives it */
/** @typedef {FollowUp & {answeredBy: string}} Listed `answeredBy`: the visit of this phone that ended it, or empty */
/** @typedef {{id: string, dispute_id: string, due_on: string, sealed: Sealed, contacts: Sealed | null}} KeptOne */
/** @typedef {{device: string, server_time: string, items: KeptOne[], answered: Record<string, string>}} Kept `answered`: which visit saved on this phone ended a follow-up */
/** @typedef {{contacts: Contact[], why: "shown" | "no-pin" | "locked" | "answered" | "old" | "missing"}} Shown */

const OLD_DAYS = 14;

/** Whether a follow-up is so late that nobody's name is kept for it. @param {string} dueOn @param {string} today */
export function isOld(dueOn, today) {
  return Date.parse(today) - Date.parse(dueOn) > OLD_DAYS * 86_400_000;
}

/**
 * What may still be kept, or `null` when nothing may; the very same object when nothing is to go.
 * @param {Kept} kept @param {{device: string, hasPin: boolean, today: string}} now
 * @returns {Kept | null}
 */
export function swept(kept, { device, hasPin, today }) {
  if (kept.device !== device) return null;
  const mayStay = (/** @type {KeptOne} */ one) => hasPin && !(one.id in kept.answered) && !isOld(one.due_on, today);
  if (kept.items.every((one) => one.contacts === null || mayStay(one))) return kept;
  return { ...kept, items: kept.items.map((one) => (mayStay(one) ? one : { ...one, contacts: null })) };
}

/**
 * Which follow-ups a visit ends, as the office will see it: its own; with a relapse or a refusal every one of the matter,
 * else those that were due until today.
 * @param {Kept} kept @param {{id: string, outcome: string, today: string}} visit
 */
export function endedBy({ items }, { id, outcome, today }) {
  const matter = items.find((one) => one.id === id)?.dispute_id;
  const isOver = (/** @type {KeptOne} */ one) => one.dispute_id === matter && (outcome !== "settled" || one.due_on <= today);
  return [...new Set([id, ...(matter ? items.filter(isOver).map((one) => one.id) : [])])];
}
