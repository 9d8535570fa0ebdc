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
/** @typedef {FollowUp & {isAnswered: boolean}} Listed */
/** @typedef {{id: string, due_on: string, sealed: Sealed, contacts: Sealed | null}} KeptOne */
/** @typedef {{device: string, server_time: string, items: KeptOne[], answered: string[]}} Kept `answered`: ids of those whose end is saved on this phone */
/** @typedef {{contacts: Contact[], why: "shown" | "no-pin" | "locked" | "answered" | "old" | "missing"}} Shown */

const OLD_DAYS = 14;

/** Whether a follow-up is so late that nobody's name is kept for it. @param {string} dueOn @param {string} today */
export function isOld(dueOn, today) {
  return Date.parse(today) - Date.parse(dueOn) >= OLD_DAYS * 86_400_000;
}

/**
 * What may still be kept, or `null` when nothing may; the very same object when nothing is to go.
 * @param {Kept} kept @param {{device: string, hasPin: boolean, today: string}} now
 * @returns {Kept | null}
 */
export function swept(kept, { device, hasPin, today }) {
  if (kept.device !== device) return null;
  const mayStay = (/** @type {KeptOne} */ one) => hasPin && !kept.answered.includes(one.id) && !isOld(one.due_on, today);
  if (kept.items.every((one) => one.contacts === null || mayStay(one))) return kept;
  return { ...kept, items: kept.items.map((one) => (mayStay(one) ? one : { ...one, contacts: null })) };
}
