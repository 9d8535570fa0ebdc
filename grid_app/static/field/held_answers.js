// @ts-check
/**
 * What becomes of a received report after the office was asked about it. Content leaves the phone only on a "yes" that
 * stood for a week, the report itself on one that stood for 90 days; its receipt stays for good.
 */

/** @typedef {import("./rows.js").ReportRow} ReportRow */
/** @typedef {import("./rows.js").KeptReceipt} KeptReceipt */
/** @typedef {import("./store_steps.js").Settled} Settled */

const DAY = 24 * 3_600_000;
export const CONTENT_DAYS = 7;
export const REPORT_DAYS = 90;
/** How long a report that went a second time says so. */
const TOLD_DAYS = 3;

const SENT_AGAIN = "和平台核对时,平台里没有找到这一件。手机上还有原件,已自动重新上报,编号不变,不会重复。";

/** @param {number} now */
const iso = (now) => new Date(now).toISOString();

/** How many days ago; a moment in the future was set by a clock that has jumped, and counts as now. @param {string | null | undefined} then @param {number} now */
function daysSince(then, now) {
  const days = (now - Date.parse(then ?? "")) / DAY;
  return days >= 0 ? days : 0;
}

/**
 * The office has it. `isAttaching` while a photo or voice of it is not there yet: then all stays.
 * @param {ReportRow} row @param {number} now @param {boolean} isAttaching
 * @returns {Settled}
 */
export function afterYes(row, now, isAttaching) {
  const isKnown = Date.parse(row.confirmed_at ?? "") <= now;
  const days = isKnown ? daysSince(row.confirmed_at, now) : 0;
  const isDone = row.receipt !== null && !isAttaching;
  const isTold = row.note === "resent" && daysSince(row.noted_at, now) < TOLD_DAYS;
  if (isDone && days >= REPORT_DAYS && !isTold) return { receipt: receiptOf(row) };
  const isPruned = isDone && days >= CONTENT_DAYS;
  if (isKnown && isTold === Boolean(row.note) && isPruned === (row.sealed === null)) return null;
  return {
    row: {
      ...row,
      sealed: isPruned ? null : row.sealed,
      confirmed_at: isKnown ? row.confirmed_at : iso(now),
      ...(isTold ? {} : { note: null, noted_at: null }),
    },
  };
}

/** The office has it not: it goes again under its id while its content is here; else it is a gap. @param {ReportRow} row @param {number} now @returns {Settled} */
export function afterNo(row, now) {
  if (row.sealed === null) return gap(row, "missing", now);
  const problem = { code: "sent_again", sentence: SENT_AGAIN, fields: {} };
  const first_receipt = row.first_receipt ?? row.receipt;
  return { row: { ...row, state: "waiting", tries: 0, next_at: 0, problem, confirmed_at: null, first_receipt, note: "resent", noted_at: iso(now) } };
}

/** The office has other words under this id; what is here stays. @param {ReportRow} row @param {number} now @returns {Settled} */
export function afterOther(row, now) {
  return gap(row, "differs", now);
}

/** @param {ReportRow} row @param {"missing" | "differs"} note @param {number} now @returns {Settled} */
function gap(row, note, now) {
  return row.note === note || row.note === "settled" ? null : { row: { ...row, note, noted_at: iso(now), confirmed_at: null } };
}

/** A person says that the office has settled a gap: it is told no more. @param {ReportRow} row @param {number} now @returns {ReportRow | null} */
export function settledByHand(row, now) {
  return row.note === "missing" || row.note === "differs" ? { ...row, note: "settled", noted_at: iso(now) } : null;
}

/** @param {ReportRow} row @returns {KeptReceipt} */
function receiptOf({ id, kind, owner, created_at, digest, receipt }) {
  const { signature, received_at, case_code } = /** @type {import("./rows.js").Receipt} */ (receipt);
  return { id, kind, owner, created_at, digest, signature, received_at, case_code };
}

/** A report again, out of the receipt that was left of it. @param {KeptReceipt} kept @param {"missing" | "differs"} note @param {number} now @returns {ReportRow} */
export function rowOfReceipt({ id, kind, owner, created_at, digest, signature, received_at, case_code }, note, now) {
  return {
    id, kind, owner, created_at, digest, state: "received", saved_at: created_at, sealed: null, title_sealed: null, tries: 0, next_at: 0, problem: null,
    danger: false, receipt: { signature, received_at, case_code, tracking_code: "" }, confirmed_at: null, note, noted_at: iso(now),
  };
}
